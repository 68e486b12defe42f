import t from 'tap'
import { fromColumns, toColumns } from '../../src/linear-algebra/columns.ts'
import { matrix, submatrix, transpose } from '../../src/linear-algebra/matrix.ts'

const x = matrix(2, 3, Float32Array.of(1, 2, 3, 4, 5, 6))

t.test('columns are those of the matrix, whatever its strides', async t => {
  t.strictSame(toColumns(x), [Float64Array.of(1, 4), Float64Array.of(2, 5), Float64Array.of(3, 6)])
  t.strictSame(toColumns(submatrix(transpose(x), [1, 3], [0, 2])), [
    Float64Array.of(2, 3),
    Float64Array.of(5, 6)
  ])
})

t.test('columns become the matrix again', async t => {
  t.strictSame(fromColumns(toColumns(x)), x)
})
