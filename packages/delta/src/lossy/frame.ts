import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { MAX_WINDOW_LOG, ZSTD_LEVEL } from '../limits.ts'

/** Least size of a buffer that Node's zlib takes. */
const MIN_CHUNK_BYTES = 64

/** The most bytes of a zstd frame of this many bytes: what can't be compressed is stored block by block. */
export function maxFrameBytes(sizeBytes: number): number {
  return sizeBytes + (sizeBytes >>> 8) + 64
}

/** Compresses into one zstd frame. */
export function packFrame(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, {
    chunkSize: Math.max(MIN_CHUNK_BYTES, maxFrameBytes(bytes.length)),
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL }
  })
}

/**
 * Undoes {@link packFrame}; memory is bounded by `maxBytes`, whatever the frame claims.
 *
 * @throws {RangeError} when it is no zstd data, or decodes to more
 */
export function unpackFrame(frame: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return zstdDecompressSync(frame, {
      chunkSize: Math.max(MIN_CHUNK_BYTES, maxBytes),
      maxOutputLength: Math.max(1, maxBytes),
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG }
    })
  } catch (cause) {
    throw new RangeError('it is not zstd data, or too large', { cause })
  }
}
