import { constants, zstdDecompressSync } from 'node:zlib'
import { add, type ElementLayout } from './difference.ts'
import { BYTES, UPPER_Z, Z } from './kernels.ts'
import { EXACT_PIECE_BYTES, MAX_WINDOW_LOG } from './limits.ts'

/**
 * Decodes a piece of `exact/1`: byte planes, all lowest bytes of the differences first, in a zstd frame where that
 * was shorter. Memory is bounded by the piece's own size, whatever the stored bytes claim.
 *
 * @param stored at most as many bytes as the base's piece, not mutated
 * @param piece the base's piece of the same range, which becomes the expert's
 * @throws {RangeError} when the stored bytes are no zstd data of exactly this length, with the cause
 */
export function decodePiece1(stored: Uint8Array, piece: Uint8Array, layout: ElementLayout): void {
  if (stored.length === 0) return
  const planes = stored.length === piece.length ? stored : unpack(stored, piece.length)
  for (let begin = 0; begin < piece.length; begin += EXACT_PIECE_BYTES) {
    const part = piece.subarray(begin, begin + EXACT_PIECE_BYTES)
    joinPlanes(planes, begin / layout.width, part.length / layout.width, layout.width)
    add(part, layout)
  }
}

/** Brings differences from their planes into the kernels' memory. */
function joinPlanes(planes: Uint8Array, first: number, length: number, width: number): void {
  const step = Math.min(width, 4)
  for (let plane = 0; plane < width; plane++) {
    const to = (plane < 4 ? Z : UPPER_Z) + (plane % 4)
    const from = (planes.length / width) * plane + first
    for (let i = 0; i < length; i++) BYTES[to + i * step] = planes[from + i]!
  }
}

function unpack(stored: Uint8Array, sizeBytes: number): Uint8Array {
  let planes: Uint8Array
  try {
    planes = zstdDecompressSync(stored, {
      chunkSize: Math.max(64, sizeBytes),
      maxOutputLength: sizeBytes,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG }
    })
  } catch (cause) {
    throw new RangeError('it is not zstd data, or too large', { cause })
  }
  if (planes.length === sizeBytes) return planes
  throw new RangeError(`it holds ${planes.length} bytes, expected ${sizeBytes}`)
}
