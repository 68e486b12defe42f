import { type Block, kernel } from './memory.ts'

/** A dense f32 matrix in a {@link Block}, from its beginning. */
export interface BlockMatrix {
  readonly block: Block
  /** Elements from one row to the next. */
  readonly rowStride: number
  /** Elements from one column to the next. */
  readonly columnStride: number
}

const multiply = kernel('addProductF32')
const add = { BF16: kernel('addUpdateBF16'), F32: kernel('addUpdateF32') }

/** Bytes of an f32. */
const BYTES = 4

/**
 * C += X·Y in WebAssembly SIMD: every element of X·Y is summed in f32 from 0 in the order of the inner index, each
 * operation rounded once, and then added to C. No fused or relaxed operation: the same bits on every machine.
 *
 * @param x `[rows, depth]` of any strides, not mutated
 * @param y `[depth, columns]`, column stride 1, not mutated; another block than C's
 * @param c `[rows, columns]`, column stride 1
 */
export function addBlockProduct(
  x: BlockMatrix,
  y: BlockMatrix,
  c: BlockMatrix,
  rows: number,
  columns: number,
  depth: number
): void {
  const [xRow, xColumn] = [x.rowStride * BYTES, x.columnStride * BYTES]
  const [yRow, cRow] = [y.rowStride * BYTES, c.rowStride * BYTES]
  const addresses = [x.block.address, xRow, xColumn, y.block.address, yRow, c.block.address, cRow]
  multiply(...addresses, rows, columns, depth)
}

/** Dtypes that {@link addUpdate} computes with. */
export type UpdateDtype = 'BF16' | 'F32'

/** Tells whether {@link addUpdate} computes with `dtype`. */
export function isUpdateDtype(dtype: string): dtype is UpdateDtype {
  return Object.hasOwn(add, dtype)
}

/**
 * Adds an update to values in f32, and rounds the sums once to the values' dtype. A value whose update is 0 stays bit
 * for bit, be it −0 or a NaN; a computed NaN is the positive quiet one.
 *
 * @param values `length` elements of `dtype`, not mutated
 * @param update as many f32, not mutated
 * @param out takes as many elements of `dtype`, and overwrites what lies behind them up to 16 bytes; may be `values`
 */
export function addUpdate(
  dtype: UpdateDtype,
  values: Block,
  update: Block,
  out: Block,
  length: number
): void {
  add[dtype](values.address, update.address, out.address, length)
}
