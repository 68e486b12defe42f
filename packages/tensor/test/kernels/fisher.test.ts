import fc from 'fast-check'
import t from 'tap'
import { fisherMean, meanSquares } from '../../src/kernels/fisher.ts'
import { bits, inBlocks, PRECISIONS } from './blocks.ts'

const value = fc.oneof(fc.constantFrom(0, -0, 1), fc.float({ min: -4, max: 4, noNaN: true }))
const information = fc.oneof(
  fc.constantFrom(0, -1, 1e-40),
  fc.float({ min: 0, max: 4, noNaN: true })
)
const input = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }))
  .chain(([count, length]) => {
    const rows = (element: fc.Arbitrary<number>) =>
      fc.array(fc.array(element, { minLength: length, maxLength: length }), {
        minLength: count,
        maxLength: count
      })
    return fc.tuple(
      rows(value),
      rows(information),
      fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
      fc.constantFrom(1e-30, 0.5)
    )
  })

for (const { precision, round, array } of PRECISIONS) {
  t.test(`fisherMean() gives the bits of its formula in ${precision}`, async t => {
    fc.assert(
      fc.property(input, ([terms, fishers, lambda, epsilon]) => {
        const expected = terms[0]!.map((reference, i) => {
          const weights = fishers.map((fisher, k) =>
            round(round(lambda[k]!) * Math.max(round(fisher[i]!), round(epsilon)))
          )
          const total = weights.reduce((sum, weight) => round(sum + weight))
          const sum = terms.reduce(
            (s, term, k) =>
              k === 0
                ? s
                : round(s + round(round(weights[k]! / total) * round(term[i]! - reference))),
            0
          )
          return sum === 0 ? reference : round(reference + sum)
        })
        const list = [...terms, ...fishers].map(row => array([...row]))
        const count = terms.length
        const [result] = inBlocks<(typeof list)[number]>(list, (blocks, out, sizeBytes) => {
          const [thetas, others] = [blocks.slice(0, count), blocks.slice(count)]
          fisherMean(precision, thetas, others, lambda.slice(0, count), epsilon, out, sizeBytes)
        }).slice(-1)
        t.equal(bits(result!), bits(array(expected)))
      })
    )
  })
}

t.test('small weights take nothing from small differences', async t => {
  const differences = [1e-14, 1e-15, 1e-30]
  const zeros = new Float32Array(3)
  const terms = [zeros, Float32Array.from(differences), zeros, zeros]
  const [result] = inBlocks(terms, ([a, b, f, g], out, sizeBytes) =>
    fisherMean('F32', [a!, b!], [f!, g!], [0.5, 0.5], 1e-30, out, sizeBytes)
  ).slice(-1)
  t.strictSame([...result!], [...Float32Array.from(differences, value => value / 2)])
})

t.test(
  'terms that agree keep their bits; infinities give the plain mean, or the quiet NaN',
  async t => {
    const odd = Uint32Array.of(0x7fc00001, 0x80000000, 0xff800000, 0xff800000, 0x3f800000)
    const other = Uint32Array.of(0x7fc00001, 0x80000000, 0x3f800000, 0x7f800000, 0xffc00001)
    const ones = new Float32Array(5).fill(1)
    const terms = [new Float32Array(odd.buffer), new Float32Array(other.buffer), ones, ones]
    const [result] = inBlocks(terms, ([a, b, f, g], out, sizeBytes) =>
      fisherMean('F32', [a!, b!], [f!, g!], [0.5, 0.5], 1e-30, out, sizeBytes)
    ).slice(-1)
    t.strictSame(
      [...new Uint32Array(result!.buffer)],
      [0x7fc00001, 0x80000000, 0xff800000, 0x7fc00000, 0x7fc00000]
    )
  }
)

t.test('an infinite weight of the first term gives that term, any other the quiet NaN', async t => {
  const infinity = Number.POSITIVE_INFINITY
  const weights = [Float32Array.of(infinity, 1, infinity), Float32Array.of(1, infinity, infinity)]
  const terms = [new Float32Array(3).fill(1), new Float32Array(3).fill(2), ...weights]
  const [result] = inBlocks(terms, ([a, b, f, g], out, sizeBytes) =>
    fisherMean('F32', [a!, b!], [f!, g!], [0.5, 0.5], 1e-30, out, sizeBytes)
  ).slice(-1)
  t.equal(
    bits(result!),
    bits(new Float32Array(Uint32Array.of(0x3f800000, 0x7fc00000, 0x7fc00000).buffer))
  )
})

t.test('meanSquares() sums in f64 and rounds once', async t => {
  const rows = fc.array(fc.array(fc.float({ noNaN: true }), { minLength: 6, maxLength: 6 }), {
    minLength: 1,
    maxLength: 5
  })
  fc.assert(
    fc.property(rows, list => {
      const terms = list.map(row => Float32Array.from(row))
      const [result] = inBlocks(terms, (blocks, out, size) => meanSquares(blocks, out, size)).slice(
        -1
      )
      const expected = list[0]!.map(
        (_, i) => list.reduce((sum, row) => sum + row[i]! * row[i]!, 0) / list.length
      )
      t.equal(bits(result!), bits(Float32Array.from(expected)))
    })
  )
})
