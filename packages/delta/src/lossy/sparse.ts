import { type FloatDtype, floatBytes } from '@soup/tensor'
import { elementLayout } from '../difference.ts'
import { decodePiece, encodePiece } from '../piece.ts'
import { maxFrameBytes, packFrame, unpackFrame } from './frame.ts'
import { decodeGaps, encodeGaps } from './gaps.ts'
import type { PieceCodec } from './piece-codec.ts'
import { selector, selectTop, visitRanks } from './ranks.ts'

/** Bytes of the two 32-bit numbers that a stored piece begins with. */
const HEAD_BYTES = 8

/**
 * The elements that changed most, exactly; all others stay as the base has them. A density d sends the ⌈d·n⌉
 * elements of the largest |θᵢ − θ₀| of a tensor (the first of equal ones), fewer where fewer changed.
 *
 * What is sent isn't the difference but the expert's own element, coded against the base's: as short in bytes, and
 * right to the last bit, which a rounded difference added to a rounded weight is not. How pieces are stored, the
 * package's page says.
 */
export const sparse: PieceCodec = {
  passes: 2,
  maxPieceBytes: (sizeBytes, dtype) =>
    HEAD_BYTES + maxFrameBytes(sizeBytes / floatBytes(dtype)) + sizeBytes,
  prepare: async ({ dtype, elementCount, pairs }, { density }) => {
    const select = selector(
      await selectTop(
        async visit => {
          for await (const pair of pairs()) visitRanks(pair, dtype, visit)
        },
        Math.ceil(density * elementCount)
      )
    )
    return (expert, base) => {
      const positions = new Uint32Array(base.length / floatBytes(dtype))
      let count = 0
      visitRanks({ expert, base }, dtype, (ranks, at) => {
        count = select(ranks, at, positions, count)
      })
      return encodeChosen(positions.subarray(0, count), expert, base, dtype)
    }
  },
  decode: (stored, piece, dtype) => {
    const width = floatBytes(dtype)
    if (stored.length < HEAD_BYTES) throw new RangeError('it is shorter than its head')
    const head = new DataView(stored.buffer, stored.byteOffset, HEAD_BYTES)
    const [count, gapBytes] = [head.getUint32(0, true), head.getUint32(4, true)]
    const end = piece.length / width
    if (count > end || gapBytes > stored.length - HEAD_BYTES) {
      throw new RangeError(`it claims ${count} of ${end} elements, ${gapBytes} bytes of gaps`)
    }
    const elements = stored.subarray(HEAD_BYTES + gapBytes)
    if (elements.length > count * width) throw new RangeError('its elements take too many bytes')
    const frame = stored.subarray(HEAD_BYTES, HEAD_BYTES + gapBytes)
    const positions = decodeGaps(unpackFrame(frame, end), count, end)
    const theirs = gather(piece, positions, width)
    decodePiece(elements, theirs, elementLayout(dtype))
    scatter(theirs, positions, width, piece)
  }
}

function encodeChosen(
  positions: Uint32Array,
  expert: Uint8Array,
  base: Uint8Array,
  dtype: FloatDtype
): Uint8Array {
  if (positions.length === 0) return new Uint8Array(0)
  const width = floatBytes(dtype)
  const gaps = packFrame(encodeGaps(positions))
  const elements = encodePiece(
    gather(expert, positions, width),
    gather(base, positions, width),
    elementLayout(dtype)
  )
  const head = new Uint8Array(Uint32Array.of(positions.length, gaps.length).buffer)
  return Buffer.concat([head, gaps, elements])
}

/** The elements at these positions, behind one another. */
function gather(bytes: Uint8Array, positions: Uint32Array, width: number): Uint8Array {
  const gathered = new Uint8Array(positions.length * width)
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i]! * width
    for (let k = 0; k < width; k++) gathered[i * width + k] = bytes[from + k]!
  }
  return gathered
}

/** Puts elements back to where {@link gather} took them from. */
function scatter(
  elements: Uint8Array,
  positions: Uint32Array,
  width: number,
  bytes: Uint8Array
): void {
  for (let i = 0; i < positions.length; i++) {
    const to = positions[i]! * width
    for (let k = 0; k < width; k++) bytes[to + k] = elements[i * width + k]!
  }
}
