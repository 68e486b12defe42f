import type { ByteSource } from '@soup/interface'

/**
 * A byte source over a buffer.
 *
 * @param bytes not copied; each read returns a copy of its range
 * @param name what errors call it
 */
export function memorySource(bytes: Uint8Array, name = 'a buffer in memory'): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    async read(offset, length, options) {
      options?.signal?.throwIfAborted()
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
        throw new RangeError(`${name} has no bytes ${offset} to ${offset + length}`)
      }
      return bytes.slice(offset, offset + length)
    },
    async close() {}
  }
}
