import { WireError } from './errors.ts'

/** Walks over a message's bytes and never past their end. */
export class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether every byte was read. */
  get isDone(): boolean {
    return this.#at === this.#bytes.length
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** Takes everything that is left, as a view. */
  rest(): Uint8Array {
    return this.take(this.left)
  }

  /** Reads one byte. @throws {WireError} at the end */
  byte(): number {
    return this.take(1)[0] as number
  }

  /** Reads `length` bytes, as a view. @throws {WireError} when fewer are left */
  take(length: number): Uint8Array {
    if (length > this.left) {
      throw new WireError(`a message ends early: ${length} bytes expected, ${this.left} left`)
    }
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
