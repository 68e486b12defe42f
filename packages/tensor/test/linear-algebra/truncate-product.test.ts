import fc from 'fast-check'
import t from 'tap'
import { MAX_CORE_RANK } from '../../src/limits.ts'
import { jacobiSvd } from '../../src/linear-algebra/svd.ts'
import { requireCoreRank, truncateProduct } from '../../src/linear-algebra/truncate-product.ts'
import { columnsOf, distance, frobenius, noiseMatrix, size, times, transposed } from './dense.ts'

const shape = fc.tuple(fc.nat(99), size, size, size)

t.test('at full rank the factors give the product, within rounding to f32', async t => {
  fc.assert(
    fc.property(shape, ([seed, m, n, k]) => {
      const [x, y] = [columnsOf(noiseMatrix(seed, m, k)), columnsOf(noiseMatrix(seed + 1, n, k))]
      const product = times(x, transposed(y))
      const { b, a } = truncateProduct(x, y, k)
      t.ok(distance(times(columnsOf(b), columnsOf(a)), product) <= 1e-6 * frobenius(product))
    })
  )
})

t.test('no factors of the rank are nearer: the error is that of the dense SVD', async t => {
  fc.assert(
    fc.property(shape, size, ([seed, m, n, k], rank) => {
      const [x, y] = [columnsOf(noiseMatrix(seed, m, k)), columnsOf(noiseMatrix(seed + 1, n, k))]
      const product = times(x, transposed(y))
      const norm = frobenius(product)
      const dense = jacobiSvd(product.map(column => column.slice())).sigma
      const { b, a, sigma } = truncateProduct(x, y, rank)
      const best = Math.sqrt(dense.slice(rank).reduce((sum, value) => sum + value * value, 0))
      const error = distance(times(columnsOf(b), columnsOf(a)), product)
      t.ok(Math.abs(error - best) <= 1e-6 * norm)
      t.ok(sigma.every((value, i) => Math.abs(value - dense[i]!) <= 1e-12 * norm))
    })
  )
})

t.test(
  'both sides share a singular value evenly, and the largest element of B is positive',
  async t => {
    const { b, a } = truncateProduct([Float64Array.of(-8, 0)], [Float64Array.of(0, 2, 0)], 1)
    t.strictSame([...b.values], [4, 0])
    t.strictSame(
      [...a.values],
      [0, -4, 0].map(value => value + 0)
    )
  }
)

t.test('a product of 0 has factors of 0', async t => {
  const { b, a } = truncateProduct([new Float64Array(2)], [Float64Array.of(1, 2)], 1)
  t.ok([...b.values, ...a.values].every(value => value === 0))
})

t.test('factors whose core would take hours are refused', async t => {
  requireCoreRank('q_proj', MAX_CORE_RANK)
  t.throws(() => requireCoreRank('q_proj', MAX_CORE_RANK + 1), {
    code: 'TRUNCATION_TOO_LARGE',
    message: /of q_proj have rank 1033 together, at most 1032 .*mix fewer adapters/
  })
  const columns = Array.from({ length: MAX_CORE_RANK + 1 }, () => new Float64Array(1))
  t.throws(() => truncateProduct(columns, columns, 1), { code: 'TRUNCATION_TOO_LARGE' })
})
