import t from 'tap'
import { matrix, rowMajor, submatrix, transpose } from '../../src/linear-algebra/matrix.ts'
import { at } from './dense.ts'

const x = matrix(2, 3, Float32Array.of(1, 2, 3, 4, 5, 6))

t.test('a transpose shares the memory and swaps indices', async t => {
  const y = transpose(x)
  t.strictSame([y.rows, y.columns], [3, 2])
  t.strictSame([at(y, 2, 0), at(y, 0, 1)], [3, 4])
  t.equal(y.values, x.values)
})

t.test('a submatrix, also of a transpose, is a view', async t => {
  const y = submatrix(transpose(x), [1, 3], [1, 2])
  t.strictSame([y.rows, y.columns, at(y, 0, 0), at(y, 1, 0)], [2, 1, 5, 6])
})

t.test('what leaves a matrix, and too few values, are mistakes of the program', async t => {
  t.throws(() => submatrix(x, [0, 3], [0, 1]), RangeError)
  t.throws(() => submatrix(x, [0, 1], [2, 1]), RangeError)
  t.throws(() => submatrix(x, [-1, 1], [0, 1]), RangeError)
  t.throws(() => matrix(2, 4, x.values), RangeError)
})

t.test('a new matrix is zero', async t => {
  t.strictSame([...matrix(1, 2).values], [0, 0])
})

t.test('a row-major copy of a view has memory of its own', async t => {
  const copy = rowMajor(submatrix(transpose(x), [1, 3], [0, 2]))
  t.strictSame([...copy.values], [2, 5, 3, 6])
  t.strictSame([copy.rows, copy.columns, copy.rowStride, copy.columnStride], [2, 2, 2, 1])
})
