import fc from 'fast-check'
import t from 'tap'
import { sortingNetwork, trimmedMean } from '../../src/kernels/trimmed-mean.ts'
import { bits, inBlocks, PRECISIONS } from './blocks.ts'

t.test('the network sorts every sequence of zeros and ones, and so everything', async t => {
  for (let count = 1; count <= 11; count++) {
    const pairs = sortingNetwork(count)
    const unsorted = Array.from({ length: 2 ** count }, (_, number) => {
      const values = Array.from({ length: count }, (_, bit) => (number >> bit) & 1)
      for (const [a, b] of pairs) {
        if (values[a]! > values[b]!) [values[a], values[b]] = [values[b]!, values[a]!]
      }
      return values.some((value, i) => i > 0 && values[i - 1]! > value)
    })
    t.notOk(unsorted.includes(true), `${count}`)
  }
})

const value = fc.oneof(fc.constantFrom(0, -0, 1), fc.float({ min: -4, max: 4, noNaN: true }))
const input = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }))
  .chain(([count, length]) =>
    fc.tuple(
      fc.array(fc.array(value, { minLength: length, maxLength: length }), {
        minLength: count,
        maxLength: count
      }),
      fc.nat(Math.floor((count - 1) / 2))
    )
  )

function mean<T extends Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  precision: 'F32' | 'F64',
  terms: readonly T[],
  dropped: number
): T {
  return inBlocks(terms, (blocks, out, sizeBytes) =>
    trimmedMean(precision, blocks, dropped, out, sizeBytes)
  ).at(-1)!
}

for (const { precision, round, array } of PRECISIONS) {
  t.test(`trimmedMean() gives the bits of its formula in ${precision}`, async t => {
    fc.assert(
      fc.property(input, ([terms, dropped]) => {
        const expected = terms[0]!.map((_, i) => {
          const sorted = terms
            .map(term => term[i]!)
            .sort((a, b) => a - b || Number(Object.is(b, -0)) - Number(Object.is(a, -0)))
          const [first, ...others] = sorted.slice(dropped, terms.length - dropped)
          const sum = others.reduce((total, x) => round(total + round(x - first!)), 0)
          return sum === 0
            ? first!
            : round(first! + round(sum * round(1 / round(others.length + 1))))
        })
        const list = terms.map(term => array([...term]))
        const result = mean<(typeof list)[number]>(precision, list, dropped)
        t.equal(bits(result), bits(array(expected)))
      })
    )
  })
}

t.test('what two of five terms hold, NaN too, moves the median within the others', async t => {
  const honest = [1, 2, 3].map(value => Float32Array.of(value, value, value))
  const bad = [Float32Array.of(Number.NaN, Infinity, 9), Float32Array.of(Number.NaN, -Infinity, 9)]
  new Uint32Array(bad[1]!.buffer)[0] = 0xffc00000 // a NaN of the other sign
  const [nan, infinite, far] = mean('F32', [...honest, ...bad], 2)
  t.strictSame([nan, infinite, far], [2, 2, 3])
})

t.test('a mean beyond the finite numbers is the plain one, or the quiet NaN', async t => {
  const large = 3e38
  const a = Float32Array.of(-large, -Infinity, -Infinity, -Infinity)
  const b = Float32Array.of(large, 1, -Infinity, Infinity)
  t.strictSame([...mean('F32', [a, b], 0)], [0, -Infinity, -Infinity, Number.NaN])
  const [, , , nan] = new Uint32Array(mean('F32', [a, b], 0).buffer)
  t.equal(nan, 0x7fc00000)
})

t.test('terms that agree give their bits, NaN payloads included', async t => {
  const odd = new Float32Array(Uint32Array.of(0x7fc00001, 0xff800001, 0x80000000, 1).buffer)
  t.equal(bits(mean('F32', [odd, odd, odd, odd], 1)), bits(odd))
})
