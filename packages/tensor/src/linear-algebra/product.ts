import { addBlockProduct, type BlockMatrix } from '../kernels/matmul.ts'
import { type Block, returnBlocks, takeBlocks } from '../kernels/memory.ts'
import { type Matrix, submatrix } from './matrix.ts'

/**
 * Terms that are summed before they are added to the rest: a tile of X of as many rows fills a block, and the error
 * of long sums grows with this number and not with their length. It decides about the last bit: don't change it.
 */
const DEPTH = 256

/** Most rows of a tile. */
const ROWS = 256

/** Most columns of a tile: a multiple of 8 whose rows don't begin in the same few sets of a core's cache. */
const COLUMNS = 240

/**
 * C += X·Y in f32.
 *
 * Every element of X·Y is summed in the order of the inner index, {@link DEPTH} terms at a time from 0; these sums are
 * added to C in order. Each operation is rounded once. So the bits of an element depend on its row of X, its column of
 * Y and on C alone: not on the machine, and not on which part of C is asked for.
 *
 * @param x `[m, k]`, contiguous along rows or along columns; not mutated
 * @param y `[k, n]`, column stride 1; not mutated
 * @param c `[m, n]`, column stride 1; other memory than X's and Y's
 * @throws {RangeError} when the sizes or strides don't fit; {@link TensorError} `KERNEL_MEMORY`
 */
export function addProduct(x: Matrix, y: Matrix, c: Matrix): void {
  requireFit(x, y, c)
  const blocks = takeBlocks(3)
  const [xBlock, yBlock, cBlock] = blocks as [Block, Block, Block]
  try {
    for (const columns of ranges(y.columns, COLUMNS)) {
      for (const depth of ranges(x.columns, DEPTH)) {
        const right = copyIn(submatrix(y, depth, columns), yBlock)
        for (const rows of ranges(x.rows, ROWS)) {
          const target = submatrix(c, rows, columns)
          const left = copyIn(submatrix(x, rows, depth), xBlock)
          const out = copyIn(target, cBlock)
          addBlockProduct(left, right, out, target.rows, target.columns, depth[1] - depth[0])
          copyOut(cBlock, target)
        }
      }
    }
  } finally {
    returnBlocks(blocks)
  }
}

function requireFit(x: Matrix, y: Matrix, c: Matrix): void {
  const sizes = [x, y, c].map(({ rows, columns }) => `${rows} × ${columns}`)
  if (x.columns !== y.rows || x.rows !== c.rows || y.columns !== c.columns) {
    throw new RangeError(`${sizes[0]} times ${sizes[1]} is not ${sizes[2]}`)
  }
  const isContiguous = x.columnStride === 1 || x.rowStride === 1
  if (!isContiguous || y.columnStride !== 1 || c.columnStride !== 1) {
    throw new RangeError(`matrices of ${sizes.join(', ')} aren't contiguous`)
  }
}

function* ranges(length: number, step: number): Generator<[number, number]> {
  for (let at = 0; at < length; at += step) yield [at, Math.min(at + step, length)]
}

/** Copies a tile into a block, in the order in which it lies in memory. */
function copyIn(tile: Matrix, block: Block): BlockMatrix {
  const floats = floatsOf(block)
  const { width, stride, count, isRowMajor } = linesOf(tile)
  for (let line = 0; line < count; line++) {
    const from = tile.offset + line * stride
    floats.set(tile.values.subarray(from, from + width), line * width)
  }
  const [rowStride, columnStride] = isRowMajor ? [tile.columns, 1] : [1, tile.rows]
  return { block, rowStride, columnStride }
}

function copyOut(block: Block, tile: Matrix): void {
  const floats = floatsOf(block)
  const { width, stride, count } = linesOf(tile)
  for (let line = 0; line < count; line++) {
    const to = tile.offset + line * stride
    tile.values.set(floats.subarray(line * width, (line + 1) * width), to)
  }
}

/** The contiguous lines of a tile: its rows, or its columns, or all of it as one. */
function linesOf(tile: Matrix): {
  width: number
  stride: number
  count: number
  isRowMajor: boolean
} {
  const { rows, columns, rowStride, columnStride } = tile
  const isRowMajor = columnStride === 1
  const [width, stride, count] = isRowMajor
    ? [columns, rowStride, rows]
    : [rows, columnStride, columns]
  const lines =
    stride === width ? { width: width * count, stride, count: 1 } : { width, stride, count }
  return { ...lines, isRowMajor }
}

function floatsOf({ bytes }: Block): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}
