import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { add, type ElementLayout, subtract } from './difference.ts'
import { MAX_WINDOW_LOG, ZSTD_LEVEL } from './limits.ts'

/**
 * Encodes one piece of an expert. Its stored length tells how: nothing where it equals the base's,
 * as many bytes as the piece has where zstd gains nothing (plain byte planes), fewer for zstd.
 *
 * @param expert a piece, not mutated
 * @param base the base's piece of the same range, not mutated
 * @returns at most as many bytes as the piece has
 */
export function encodePiece(
  expert: Uint8Array,
  base: Uint8Array,
  layout: ElementLayout
): Uint8Array {
  if (Buffer.compare(expert, base) === 0) return new Uint8Array(0)
  const planes = subtract(expert, base, layout)
  const packed = zstdCompressSync(planes, {
    chunkSize: Math.max(64, planes.length),
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL }
  })
  return packed.length < planes.length ? packed : planes
}

/**
 * Decodes what {@link encodePiece} stored. Memory is bounded by the piece's own size, whatever the
 * stored bytes claim.
 *
 * @param stored at most as many bytes as the base's piece, not mutated
 * @param base the base's piece of the same range, not mutated
 * @returns the expert's piece; `base` itself where nothing is stored
 * @throws {RangeError} when the stored bytes are no zstd data of exactly this length, with the cause
 */
export function decodePiece(
  stored: Uint8Array,
  base: Uint8Array,
  layout: ElementLayout
): Uint8Array {
  if (stored.length === 0) return base
  return add(stored.length === base.length ? stored : unpack(stored, base.length), base, layout)
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
