import { type Matrix, matrix } from './matrix.ts'

/** A matrix as its columns, in f64: what a factorisation works on, one contiguous column at a time. */
export type Columns = readonly Float64Array<ArrayBuffer>[]

/** Fresh columns of a matrix of any strides. */
export function toColumns(x: Matrix): Columns {
  return Array.from({ length: x.columns }, (_, j) => {
    const column = new Float64Array(x.rows)
    const from = x.offset + j * x.columnStride
    for (let i = 0; i < x.rows; i++) column[i] = x.values[from + i * x.rowStride]!
    return column
  })
}

/** A fresh row-major matrix, rounded to f32. @param x at least one column */
export function fromColumns(x: Columns): Matrix {
  const result = matrix(x[0]!.length, x.length)
  for (const [j, column] of x.entries()) {
    for (let i = 0; i < column.length; i++) result.values[i * x.length + j] = column[i]!
  }
  return result
}
