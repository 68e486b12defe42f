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
  isUpdateDtype,
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

/**
 * Elements whose update is computed at a time, in advance: rows enough that products run at full speed, and as many as
 * a run of `writeCheckpoint` has, or half of it.
 */
const ELEMENTS = 2 ** 20

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
  const [read, written] = [floatBytes(from), floatBytes(to)]
  const take = cursor(output, offset)
  const reader = source.open(input.name, (offset / written) * read)
  const next = updatesFrom(offset / written, output.sizeBytes / written)
  const most = BLOCK_BYTES / Math.max(read, written, BYTES)
  return {
    read: async (target, options) => {
      take(target.length)
      const factors = await init.factors()
      const blocks = takeBlocks(4)
      try {
        for (let at = 0; at < target.length; ) {
          const update = next(factors, Math.min(most, (target.length - at) / written))
          await reader.read(blocks[0]!.bytes.subarray(0, update.length * read), options)
          add(from, to, blocks, update, target.subarray(at, at + update.length * written))
          at += update.length * written
        }
      } finally {
        returnBlocks(blocks)
      }
    }
  }
}

/**
 * Hands out the elements of left·right in order.
 *
 * @returns gives the next elements, at most as many as are asked for and at least one; valid until the next call
 */
function updatesFrom(
  start: number,
  end: number
): (factors: UpdateFactors, most: number) => Float32Array {
  let [position, ready] = [start, new Float32Array(0)]
  const buffer = new Float32Array(Math.max(0, Math.min(ELEMENTS, end - start)))
  return (factors, most) => {
    if (ready.length === 0) {
      ready = buffer.subarray(0, end - position)
      addUpdates(factors, position, ready.fill(0))
    }
    const update = ready.subarray(0, most)
    ready = ready.subarray(update.length)
    position += update.length
    return update
  }
}

/** update += elements of left·right from the first on. */
function addUpdates({ left, right }: UpdateFactors, first: number, update: Float32Array): void {
  const { columns } = right
  for (let at = 0; at < update.length; ) {
    const [row, column] = [Math.floor((first + at) / columns), (first + at) % columns]
    const rest = update.length - at
    const isWhole = column === 0 && rest >= columns
    const rows = isWhole ? Math.floor(rest / columns) : 1
    const width = isWhole ? columns : Math.min(columns - column, rest)
    const count = rows * width
    addProduct(
      submatrix(left, [row, row + rows], [0, left.columns]),
      submatrix(right, [0, right.rows], [column, column + width]),
      matrix(rows, width, update.subarray(at, at + count))
    )
    at += count
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
  change.bytes.set(new Uint8Array(update.buffer, update.byteOffset, update.byteLength))
  const out = asBlock(target) ?? result
  if (from === to && isUpdateDtype(from)) {
    addUpdate(from, stored, change, out, length)
  } else {
    decodeBlock(from, stored, values, length)
    addUpdate('F32', values, change, values, length)
    encodeBlock(to, values, out, length)
  }
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
