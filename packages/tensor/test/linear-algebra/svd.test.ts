import fc from 'fast-check'
import t from 'tap'
import { jacobiSvd } from '../../src/linear-algebra/svd.ts'
import { columnsOf, distance, noiseMatrix, size, skew, times, transposed } from './dense.ts'

t.test('X = U·diag(σ)·Vᵀ with σ in falling order and V orthogonal, tall or wide', async t => {
  fc.assert(
    fc.property(fc.nat(99), size, size, (seed, rows, columns) => {
      const x = noiseMatrix(seed, rows, columns)
      const { u, sigma, v } = jacobiSvd(columnsOf(x))
      t.ok(skew(v) < 1e-13)
      const scaled = u.map((column, k) => column.map(value => value * sigma[k]!))
      t.ok(distance(times(scaled, transposed(v)), columnsOf(x)) < 1e-12)
      t.ok(sigma.every((value, k) => value >= 0 && (k === 0 || value <= sigma[k - 1]!)))
      t.ok(skew(u.slice(0, Math.min(rows, columns))) < 1e-11)
    })
  )
})

t.test('known singular values come out, tiny ones as exact as large ones', async t => {
  const { sigma } = jacobiSvd([Float64Array.of(0, 0, 3e-12), Float64Array.of(4, 3, 0)])
  t.strictSame([...sigma], [5, 3e-12])
})

t.test('a zero matrix has singular values 0 and no left vectors', async t => {
  const { u, sigma } = jacobiSvd([new Float64Array(2), new Float64Array(2)])
  t.strictSame([...sigma], [0, 0])
  t.ok(u.every(column => column.every(value => value === 0)))
})
