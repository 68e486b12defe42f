import type { AbortOptions, ByteSource } from '@soup/interface'

/**
 * Fills a buffer with bytes of a source, without a copy where the source can do so.
 *
 * @throws {RangeError} when the range leaves the source
 */
export async function readInto(
  source: ByteSource,
  offset: number,
  target: Uint8Array,
  options?: AbortOptions
): Promise<void> {
  if (source.readInto !== undefined) return await source.readInto(offset, target, options)
  const bytes = await source.read(offset, target.length, options)
  if (bytes.length !== target.length) {
    throw new RangeError(`${source.name} gave ${bytes.length} of ${target.length} bytes`)
  }
  target.set(bytes)
}
