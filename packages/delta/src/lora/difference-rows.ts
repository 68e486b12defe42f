import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  elementCount,
  type FloatDtype,
  floatBytes,
  floatCodec,
  type Matrix,
  matrix,
  tensorInfo
} from '@soup/tensor'

/** Elements that are taken at a time, in whole rows: enough that products of them run at full speed. */
const ELEMENTS = 2 ** 18

/**
 * Streams θᵢ − θ₀ of one float tensor in f32, rows after rows; of F64 the difference is rounded, not the terms.
 * Where both have the same infinity, or NaN, it is 0.
 *
 * @param columns elements of a row; must divide the number of elements
 * @returns fresh matrices `[some rows, columns]`, of 2¹⁸ elements or one row
 */
export async function* differenceRows(
  base: Checkpoint,
  expert: Checkpoint,
  name: string,
  columns: number,
  options?: AbortOptions
): AsyncGenerator<Matrix> {
  const { dtype, shape } = tensorInfo(base, name)
  const readers = [base.open(name), expert.open(name)]
  const most = Math.max(1, Math.floor(ELEMENTS / columns))
  const rows = columns === 0 ? 0 : elementCount(shape)! / columns
  const width = floatBytes(dtype as FloatDtype)
  for (let at = 0; at < rows; at += most) {
    options?.signal?.throwIfAborted()
    const count = Math.min(most, rows - at)
    const pieces = readers.map(() => new Uint8Array(count * columns * width))
    for (const [k, reader] of readers.entries()) await reader.read(pieces[k]!, options)
    const [theirs, ours] = pieces.map(piece => decode(dtype as FloatDtype, piece))
    yield matrix(count, columns, subtract(ours!, theirs!))
  }
}

function decode(dtype: FloatDtype, bytes: Uint8Array<ArrayBuffer>): Float32Array | Float64Array {
  return dtype === 'F64' ? new Float64Array(bytes.buffer) : floatCodec(dtype).decode(bytes)
}

function subtract(
  ours: Float32Array | Float64Array,
  theirs: Float32Array | Float64Array
): Float32Array {
  const result = new Float32Array(ours.length)
  for (let i = 0; i < result.length; i++) {
    const difference = ours[i]! - theirs[i]!
    const isUnchanged = Number.isNaN(difference) && Object.is(ours[i], theirs[i])
    result[i] = isUnchanged ? 0 : difference
  }
  return result
}

/** Σx² of a matrix of contiguous rows, in f64. */
export function squaredNorm({ values }: Matrix): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!
  return sum
}
