import fc from 'fast-check'
import t from 'tap'
import { combine } from '../src/combine.ts'

const bits = (values: Float32Array) => [
  ...new Uint32Array(values.buffer, values.byteOffset, values.length)
]

t.test('combine() follows its formula in f32, operation by operation', async t => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 })
  const { fround } = Math
  fc.assert(
    fc.property(
      float,
      float,
      float,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (r, a, b, part) => {
        const lambda = [0.25, 0.75 * part, 0.75 * (1 - part)]
        const [result] = combine(
          [Float32Array.of(r), Float32Array.of(a), Float32Array.of(b)],
          lambda
        )
        const first = fround(fround(lambda[1]!) * fround(a - r))
        const correction = fround(first + fround(fround(lambda[2]!) * fround(b - r)))
        t.ok(Object.is(result, correction === 0 ? r : fround(r + correction)))
      }
    )
  )
})

t.test('terms that agree give what they agree on, bit for bit, whatever it is', async t => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 32 - 1),
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (pattern, lambda) => {
        const terms = lambda.map(() => new Float32Array(Uint32Array.of(pattern).buffer))
        t.strictSame(bits(combine(terms, lambda)), [pattern])
      }
    ),
    {
      examples: [
        [0x80000000, [0.5, 0.5]],
        [0x7f800001, [0.5, 0.5]],
        [0xff800000, [2, -1]],
        [0xffffffff, [1]]
      ]
    }
  )
})

t.test('an infinity in one term stays, opposite ones give NaN', async t => {
  const of = (...values: number[]) =>
    combine(
      values.map(value => Float32Array.of(value)),
      [0.5, 0.5]
    )[0]
  t.equal(of(1, -Infinity), -Infinity)
  t.equal(of(-Infinity, 1), -Infinity)
  t.ok(Number.isNaN(of(Infinity, -Infinity)))
  t.ok(Number.isNaN(of(NaN, 1)))
})

t.test('a computed NaN has the same bits on every machine', async t => {
  const negative = new Float32Array(Uint32Array.of(0xffc00001).buffer)
  t.strictSame(bits(combine([negative, Float32Array.of(1)], [0.5, 0.5])), [0x7fc00000])
  t.strictSame(
    bits(combine([Float32Array.of(Infinity), Float32Array.of(-Infinity)], [0.5, 0.5])),
    [0x7fc00000]
  )
  const double = combine([Float64Array.of(Infinity), Float64Array.of(-Infinity)], [0.5, 0.5])
  t.equal(new BigUint64Array(double.buffer)[0], 0x7ff8n << 48n)
})

t.test('a difference that overflows f32 does not lose the result', async t => {
  const result = combine([Float32Array.of(3e38), Float32Array.of(-3e38)], [0.5, 0.5])
  t.equal(result[0], 0)
})

t.test('f64 arrays are combined in f64', async t => {
  const result = combine(
    [Float64Array.of(1, 2 ** -60), Float64Array.of(1 + 2 ** -50, 2 ** -60)],
    [0.5, 0.5]
  )
  t.strictSame([...result], [1 + 2 ** -51, 2 ** -60])
})

t.test('the terms are not mutated', async t => {
  const terms = [Float32Array.of(1), Float32Array.of(3)]
  t.strictSame([...combine(terms, [0.5, 0.5])], [2])
  t.strictSame(terms, [Float32Array.of(1), Float32Array.of(3)])
})
