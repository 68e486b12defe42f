import fc from 'fast-check'
import t from 'tap'
import { thinQr } from '../../src/linear-algebra/qr.ts'
import { columnsOf, distance, noiseMatrix, size, skew, times } from './dense.ts'

const shape = fc.tuple(fc.nat(99), size, size)

t.test('X = Q·R with orthonormal columns and an upper triangle, tall or wide', async t => {
  fc.assert(
    fc.property(shape, ([seed, rows, columns]) => {
      const x = noiseMatrix(seed, rows, columns)
      const { q, r } = thinQr(columnsOf(x))
      t.equal(q.length, Math.min(rows, columns))
      t.ok(skew(q) < 1e-13)
      t.ok(distance(times(q, r), columnsOf(x)) < 1e-13)
      t.ok(r.every((column, j) => column.every((value, i) => i <= j || value === 0)))
    })
  )
})

t.test('Q stays orthonormal where X has less than full rank, or is 0', async t => {
  const column = Float64Array.of(1, 2, 3, 4)
  for (const x of [
    [column, column, column.map(value => -2 * value)],
    [new Float64Array(4), column],
    [new Float64Array(4), new Float64Array(4)]
  ]) {
    const wanted = x.map(values => values.slice())
    const { q, r } = thinQr(x.map(values => values.slice()))
    t.ok(skew(q) < 1e-13)
    t.ok(distance(times(q, r), wanted) < 1e-13)
  }
})

t.test('nothing has an empty factorisation', async t => {
  t.strictSame(thinQr([]), { q: [], r: [] })
})
