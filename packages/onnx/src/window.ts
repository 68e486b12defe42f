import { type Field, MAX_HEAD_BYTES, readField } from './field.ts'
import type { Reading } from './reading.ts'

/** Bytes that are read ahead: a file's tags lie close together where they aren't parted by large tensors. */
const AHEAD_BYTES = 16_384

/** Reads fields and bytes anywhere in a file, a stretch of it at a time. */
export class Window {
  readonly #sizeBytes: number
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0

  /** @param sizeBytes length of what is read */
  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes
  }

  /**
   * The field that begins at `start`, in a message that ends at `end`.
   *
   * @throws {OnnxError} `ONNX_MALFORMED`
   */
  *field(start: number, end: number, where: string): Reading<Field> {
    const head = yield* this.bytes(start, Math.min(start + MAX_HEAD_BYTES, end))
    return readField(head, start, end, where)
  }

  /**
   * The bytes from `from` to `to`.
   *
   * @returns a view, which keeps some more bytes in memory than it shows
   */
  *bytes(from: number, to: number): Reading<Uint8Array> {
    if (to - from > AHEAD_BYTES) return yield { offset: from, length: to - from }
    if (from < this.#start || to > this.#start + this.#bytes.length) {
      const length = Math.min(AHEAD_BYTES, this.#sizeBytes - from)
      this.#bytes = yield { offset: from, length }
      this.#start = from
    }
    return this.#bytes.subarray(from - this.#start, to - this.#start)
  }
}
