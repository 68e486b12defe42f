import fc from 'fast-check'
import type { Columns } from '../../src/linear-algebra/columns.ts'
import { type Matrix, matrix } from '../../src/linear-algebra/matrix.ts'

/** Numbers of a linear congruential generator in (−1, 1): the same for the same seed. */
export function noise(seed: number, length: number): Float32Array<ArrayBuffer> {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 23 - 1
  })
}

export function noiseMatrix(seed: number, rows: number, columns: number): Matrix {
  return matrix(rows, columns, noise(seed, rows * columns))
}

/** Element (i, j). */
export function at(x: Matrix, i: number, j: number): number {
  return x.values[x.offset + i * x.rowStride + j * x.columnStride]!
}

/** Fresh columns in f64. */
export function columnsOf(x: Matrix): Columns {
  return Array.from({ length: x.columns }, (_, j) =>
    Float64Array.from({ length: x.rows }, (_, i) => at(x, i, j))
  )
}

/** X·Y of columns, in f64. */
export function times(x: Columns, y: Columns): Columns {
  return y.map(column => {
    const sum = new Float64Array(x[0]?.length ?? 0)
    for (const [k, left] of x.entries()) {
      for (let i = 0; i < sum.length; i++) sum[i]! += left[i]! * column[k]!
    }
    return sum
  })
}

export function transposed(x: Columns): Columns {
  return Array.from(x[0] ?? [], (_, i) => Float64Array.from(x, column => column[i]!))
}

/** ‖X − Y‖_F. */
export function distance(x: Columns, y: Columns): number {
  const squares = x.flatMap((column, j) => [...column].map((value, i) => (value - y[j]![i]!) ** 2))
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
}

export function frobenius(x: Columns): number {
  return distance(
    x,
    x.map(column => new Float64Array(column.length))
  )
}

/** How far XᵀX is from the identity. */
export function skew(x: Columns): number {
  return distance(
    times(transposed(x), x),
    x.map((_, j) => Float64Array.from(x, (_, i) => Number(i === j)))
  )
}

/** Sizes of small matrices. */
export const size: fc.Arbitrary<number> = fc.integer({ min: 1, max: 12 })
