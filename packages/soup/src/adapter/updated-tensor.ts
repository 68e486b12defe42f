import {
  addProduct,
  addUpdate,
  asBlock,
  BLOCK_BYTES,
  type Block,
  type Checkpoint,
  cursor,
  decodeBlock,
  encodeBlock,
  type FloatDtype,
  floatBytes,
  type Matrix,
  matrix,
  returnBlocks,
  submatrix,
  type TensorInfo,
  type TensorReader,
  takeBlocks
} from '@soup/tensor'

/** Factors of an update, of the shapes that a weight has: ΔW = left·right. */
export interface UpdateFactors {
  /** `[m, k]`, contiguous along rows or along columns. */
  readonly left: Matrix
  /** `[k, n]`, row-major. */
  readonly right: Matrix
}

/** What {@link updatedTensor} reads. */
export interface UpdatedTensorInit {
  /** Where θ₀ is read. */
  source: Checkpoint
  /** θ₀ `[m, n]`, or `[n]` with m = 1, of a float dtype. */
  input: TensorInfo
  /** The same in the dtype that comes out. */
  output: TensorInfo
  /** Called with every read: must be cheap but for the first time. */
  factors(): Promise<UpdateFactors>
}

/** Elements whose update is computed at a time: enough rows that products run at full speed. */
const ELEMENTS = 2 ** 18

/** Bytes of an f32. */
const BYTES = 4

/**
 * Reads θ₀ + left·right from any element on: decoded to f32, summed as `addProduct` does, added, and rounded once. An
 * F64 tensor that stays F64 is added to in f64. Where the update is 0 the base's bits stay.
 *
 * @param offset the first byte of the output
 */
export function updatedTensor(init: UpdatedTensorInit, offset: number): TensorReader {
  const { source, input, output } = init
  const [from, to] = [input.dtype as FloatDtype, output.dtype as FloatDtype]
  const width = floatBytes(to)
  const take = cursor(output, offset)
  const reader = source.open(input.name, (offset / width) * floatBytes(from))
  return {
    read: async (target, options) => {
      const first = take(target.length) / width
      const factors = await init.factors()
      const blocks = takeBlocks(4)
      try {
        for (let at = 0; at < target.length; at += ELEMENTS * width) {
          const part = target.subarray(at, at + ELEMENTS * width)
          const update = updateOf(factors, first + at / width, part.length / width)
          for (const { values, bytes } of inBlocks(update, part, from, to)) {
            const stored = blocks[0]!.bytes.subarray(0, values.length * floatBytes(from))
            await reader.read(stored, options)
            add(from, to, blocks, values, bytes)
          }
        }
      } finally {
        returnBlocks(blocks)
      }
    }
  }
}

/** Elements [first, first + length) of left·right. */
function updateOf({ left, right }: UpdateFactors, first: number, length: number): Float32Array {
  const update = new Float32Array(length)
  const { columns } = right
  for (let at = 0; at < length; ) {
    const [row, column] = [Math.floor((first + at) / columns), (first + at) % columns]
    const isWhole = column === 0 && length - at >= columns
    const rows = isWhole ? Math.floor((length - at) / columns) : 1
    const width = isWhole ? columns : Math.min(columns - column, length - at)
    const count = rows * width
    addProduct(
      submatrix(left, [row, row + rows], [0, left.columns]),
      submatrix(right, [0, right.rows], [column, column + width]),
      matrix(rows, width, update.subarray(at, at + count))
    )
    at += count
  }
  return update
}

/** Cuts an update and what it is written to into parts that fit blocks in every dtype that they pass through. */
function* inBlocks(
  update: Float32Array,
  target: Uint8Array,
  from: FloatDtype,
  to: FloatDtype
): Generator<{ values: Float32Array; bytes: Uint8Array }> {
  const width = floatBytes(to)
  const most = BLOCK_BYTES / Math.max(floatBytes(from), width, BYTES)
  for (let at = 0; at < update.length; at += most) {
    const values = update.subarray(at, at + most)
    yield { values, bytes: target.subarray(at * width, (at + values.length) * width) }
  }
}

/** Adds to what the first block holds, and writes the result to `target`. */
function add(
  from: FloatDtype,
  to: FloatDtype,
  blocks: readonly Block[],
  update: Float32Array,
  target: Uint8Array
): void {
  const [stored, values, change, result] = blocks as [Block, Block, Block, Block]
  if (from === 'F64' && to === 'F64') {
    addDoubles(stored, update)
    target.set(stored.bytes.subarray(0, target.length))
    return
  }
  const { length } = update
  decodeBlock(from, stored, values, length)
  change.bytes.set(new Uint8Array(update.buffer, update.byteOffset, update.byteLength))
  addUpdate(values, change, length)
  const out = asBlock(target) ?? result
  encodeBlock(to, values, out, length)
  if (out === result) target.set(out.bytes.subarray(0, target.length))
}

function addDoubles({ bytes }: Block, update: Float32Array): void {
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, update.length)
  for (let i = 0; i < update.length; i++) {
    if (update[i] === 0) continue
    const sum = values[i]! + update[i]!
    values[i] = Number.isNaN(sum) ? Number.NaN : sum
  }
}
