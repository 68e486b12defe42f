import fc from 'fast-check'
import t from 'tap'
import { electSigns } from '../../src/kernels/elect.ts'
import { bits, inBlocks, PRECISIONS } from './blocks.ts'

const value = fc.oneof(fc.constantFrom(0, -0, 1, -1), fc.float({ min: -4, max: 4, noNaN: true }))
const input = fc.record({
  terms: fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 9 }))
    .chain(([count, length]) =>
      fc.array(fc.array(value, { minLength: length, maxLength: length }), {
        minLength: count,
        maxLength: count
      })
    ),
  lambda: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 5, maxLength: 5 }),
  scale: fc.constantFrom(1, 0.3, -2),
  isMean: fc.boolean()
})

for (const { precision, round, array } of PRECISIONS) {
  t.test(`electSigns() gives the bits of its formula in ${precision}`, async t => {
    fc.assert(
      fc.property(input, ({ terms, lambda, scale, isMean }) => {
        const [base, ...experts] = terms
        const expected = base!.map((b, i) => {
          const factors = experts.map((_, k) => round(lambda[k + 1]!))
          const changes = experts.map((e, k) => round(factors[k]! * round(e[i]! - b)))
          const mass = changes.reduce((sum, change) => round(sum + change), 0)
          const agrees = changes.map(change => (mass < 0 ? change < 0 : change > 0))
          let total = changes.reduce((sum, c, k) => (agrees[k] ? round(sum + c) : sum), 0)
          const divisor = factors.reduce((sum, f, k) => (agrees[k] ? round(sum + f) : sum), 0)
          if (isMean && divisor !== 0) total = round(total / divisor)
          const change = round(total * round(scale))
          return change === 0 ? b : round(b + change)
        })
        const list = terms.map(term => array([...term]))
        const factors = lambda.slice(0, terms.length)
        const [result] = inBlocks<(typeof list)[number]>(list, (blocks, out, sizeBytes) =>
          electSigns(precision, blocks, factors, out, sizeBytes, { scale, isMean })
        ).slice(-1)
        t.equal(bits(result!), bits(array(expected)))
      })
    )
  })
}

t.test('equal bits are no change, and a NaN elsewhere comes out as the quiet one', async t => {
  const odd = Uint32Array.of(0x7fc00001, 0x7f800000, 0x80000000, 0x3f800000, 0x7f800000)
  const other = Uint32Array.of(0x7fc00001, 0x7f800000, 0x80000000, 0xffc00001, 0xff800000)
  const terms = [odd, other].map(({ buffer }) => new Float32Array(buffer))
  const [result] = inBlocks(terms, (blocks, out, sizeBytes) =>
    electSigns('F32', blocks, [0, 1], out, sizeBytes, { scale: 1, isMean: true })
  ).slice(-1)
  t.strictSame(
    [...new Uint32Array(result!.buffer)],
    [0x7fc00001, 0x7f800000, 0x80000000, 0x7fc00000, 0x7fc00000]
  )
})
