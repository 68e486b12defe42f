/** A dense f32 matrix over memory of the caller's: element (i, j) is `values[offset + i·rowStride + j·columnStride]`. */
export interface Matrix {
  readonly values: Float32Array
  readonly offset: number
  readonly rows: number
  readonly columns: number
  readonly rowStride: number
  readonly columnStride: number
}

/**
 * A row-major matrix.
 *
 * @param values at least `rows·columns` elements, zeros unless given; not copied
 * @throws {RangeError} when they are fewer
 */
export function matrix(
  rows: number,
  columns: number,
  values: Float32Array = new Float32Array(rows * columns)
): Matrix {
  if (values.length < rows * columns) {
    throw new RangeError(`${values.length} values are no ${rows} × ${columns} matrix`)
  }
  return { values, offset: 0, rows, columns, rowStride: columns, columnStride: 1 }
}

/** Xᵀ over the same memory. */
export function transpose(x: Matrix): Matrix {
  const { rows, columns, rowStride, columnStride } = x
  return { ...x, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride }
}

/**
 * Rows `[fromRow, toRow)` and columns `[fromColumn, toColumn)` over the same memory.
 *
 * @throws {RangeError} when they leave the matrix
 */
export function submatrix(
  x: Matrix,
  [fromRow, toRow]: readonly [number, number],
  [fromColumn, toColumn]: readonly [number, number]
): Matrix {
  const isInside = (from: number, to: number, end: number) => 0 <= from && from <= to && to <= end
  if (!isInside(fromRow, toRow, x.rows) || !isInside(fromColumn, toColumn, x.columns)) {
    throw new RangeError(
      `rows ${fromRow} to ${toRow}, columns ${fromColumn} to ${toColumn} leave a ${x.rows} × ${x.columns} matrix`
    )
  }
  return {
    ...x,
    offset: x.offset + fromRow * x.rowStride + fromColumn * x.columnStride,
    rows: toRow - fromRow,
    columns: toColumn - fromColumn
  }
}

/** A row-major copy: of a transpose, what a product takes as its right factor. */
export function rowMajor(x: Matrix): Matrix {
  const copy = matrix(x.rows, x.columns)
  for (let i = 0; i < x.rows; i++) {
    const [from, to] = [x.offset + i * x.rowStride, i * x.columns]
    for (let j = 0; j < x.columns; j++) copy.values[to + j] = x.values[from + j * x.columnStride]!
  }
  return copy
}
