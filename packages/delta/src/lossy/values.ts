import {
  BLOCK_BYTES,
  type Block,
  decodeBlock,
  encodeBlock,
  type FloatDtype,
  floatBytes,
  returnBlocks,
  takeBlocks
} from '@soup/tensor'

/** Elements as numbers that hold them exactly: f64 for F64, f32 for every other float dtype. */
export type Values = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/** The most values that are handed out at a time: a multiple of every codec's blocks. */
export const MAX_VALUES: number = BLOCK_BYTES / 4

/** The largest finite number of each dtype. */
const MAX_FINITE: Record<FloatDtype, number> = {
  F64: Number.MAX_VALUE,
  F32: (2 - 2 ** -23) * 2 ** 127,
  F16: 65_504,
  BF16: (2 - 2 ** -7) * 2 ** 127,
  F8_E4M3: 448,
  F8_E5M2: 57_344,
  F8_E4M3FNUZ: 240,
  F8_E5M2FNUZ: 57_344
}

/**
 * Widens pieces of tensors without loss, some {@link MAX_VALUES} elements at a time, so that they stay in a
 * core's cache.
 *
 * @param pieces whole elements, as many of each; not mutated
 * @param visit takes the values of each piece, theirs only until it returns, and where the first of them stands
 */
export function visitValues(
  pieces: readonly Uint8Array[],
  dtype: FloatDtype,
  visit: (values: Values[], at: number) => void
): void {
  const blocks = takeBlocks(pieces.length + 1)
  try {
    const [packed, ...wide] = blocks
    for (const [at, count] of runs(pieces[0]!, dtype)) {
      const values = pieces.map((piece, k) => decode(piece, at, count, dtype, packed!, wide[k]!))
      visit(values, at)
    }
  } finally {
    returnBlocks(blocks)
  }
}

/**
 * Changes a piece in place: its values are widened, changed, and rounded once, to nearest even. What lies beyond the
 * dtype's finite numbers becomes the largest of them, so that a sum that overflows can't bring infinities
 * into a model.
 *
 * @param piece whole elements
 * @param update changes values of up to {@link MAX_VALUES} consecutive elements, given where the first stands and
 *   the values of the same elements of `beside`
 * @param beside other pieces, as many elements of each, not mutated
 */
export function updateValues(
  piece: Uint8Array,
  dtype: FloatDtype,
  update: (values: Values, at: number, beside: Values[]) => void,
  beside: readonly Uint8Array[] = []
): void {
  const blocks = takeBlocks(2 + beside.length)
  try {
    const [packed, wide, ...others] = blocks
    const width = floatBytes(dtype)
    for (const [at, count] of runs(piece, dtype)) {
      const values = decode(piece, at, count, dtype, packed!, wide!)
      update(
        values,
        at,
        beside.map((other, k) => decode(other, at, count, dtype, packed!, others[k]!))
      )
      saturate(values, MAX_FINITE[dtype])
      if (dtype !== 'F64') encodeBlock(dtype, wide!, packed!, count)
      const result = dtype === 'F64' ? wide! : packed!
      piece.set(result.bytes.subarray(0, count * width), at * width)
    }
  } finally {
    returnBlocks(blocks)
  }
}

function* runs(piece: Uint8Array, dtype: FloatDtype): Generator<[at: number, count: number]> {
  const total = piece.length / floatBytes(dtype)
  const most = BLOCK_BYTES / Math.max(4, floatBytes(dtype))
  for (let at = 0; at < total; at += most) yield [at, Math.min(most, total - at)]
}

function decode(
  piece: Uint8Array,
  at: number,
  count: number,
  dtype: FloatDtype,
  packed: Block,
  wide: Block
): Values {
  const width = floatBytes(dtype)
  const target = dtype === 'F64' ? wide : packed
  target.bytes.set(piece.subarray(at * width, (at + count) * width))
  if (dtype === 'F64') return new Float64Array(wide.bytes.buffer, wide.address, count)
  decodeBlock(dtype, packed, wide, count)
  return new Float32Array(wide.bytes.buffer, wide.address, count)
}

function saturate(values: Values, max: number): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]!) > max) values[i] = Math.sign(values[i]!) * max
  }
}
