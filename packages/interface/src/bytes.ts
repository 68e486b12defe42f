import type { AbortOptions } from './options.ts'

/** Bytes that can be read anywhere, as often as needed: a file, a payload's chunks, a buffer. */
export interface ByteSource {
  /** What to call it in an error: a path, a payload's root. */
  readonly name: string
  /** Length in bytes. */
  readonly sizeBytes: number
  /**
   * Reads exactly `length` bytes from `offset`.
   *
   * @returns a buffer that belongs to the caller
   * @throws {RangeError} when the range leaves the source
   */
  read(offset: number, length: number, options?: AbortOptions): Promise<Uint8Array>
  /** Fills `target` in the same way, for sources that need no buffer of their own. */
  readInto?(offset: number, target: Uint8Array, options?: AbortOptions): Promise<void>
  /** Releases what the source holds open. Safe to call twice. */
  close(): Promise<void>
}

/** Bytes written in order, kept only if the writer finishes. */
export interface ByteSink {
  /** Appends `bytes`; the buffer may be reused once the promise settles. */
  write(bytes: Uint8Array, options?: AbortOptions): Promise<void>
  /** Makes what was written durable and visible under its final name. */
  commit(): Promise<void>
  /** Removes every trace. Does nothing after {@link commit}. */
  discard(): Promise<void>
}
