import type { AbortOptions, ByteSource } from '@soup/interface'

/** Bytes that a {@link Reading} wants: within what it reads. */
export interface Range {
  offset: number
  length: number
}

/**
 * A computation that asks for ranges of what it reads and is given their bytes, wherever these lie: one parser
 * serves files, which are read bit by bit, and buffers.
 */
export type Reading<T> = Generator<Range, T, Uint8Array>

/** Lets a computation read a source. @returns its result */
export async function readSource<T>(
  source: ByteSource,
  reading: Reading<T>,
  options?: AbortOptions
): Promise<T> {
  let step = reading.next()
  while (!step.done) {
    const { offset, length } = step.value
    step = reading.next(await source.read(offset, length, options))
  }
  return step.value
}

/** Lets a computation read a buffer, of which it is given views. @returns its result */
export function readBuffer<T>(bytes: Uint8Array, reading: Reading<T>): T {
  let step = reading.next()
  while (!step.done) {
    const { offset, length } = step.value
    step = reading.next(bytes.subarray(offset, offset + length))
  }
  return step.value
}
