/** Takes a stream of pieces of any size apart into runs of the sizes that the reader asks for. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  /** @param pieces the stream, whose buffers the reader owns from now on */
  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /**
   * Takes the next `length` bytes.
   *
   * @returns bytes that may share a buffer with later ones: read them, don't write to them
   * @throws {RangeError} when the stream ends before
   */
  async take(length: number): Promise<Uint8Array> {
    if (length > this.#rest.length) await this.#fill(length)
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return taken
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }

  async #fill(length: number): Promise<void> {
    const parts = [this.#rest]
    let size = this.#rest.length
    while (size < length) {
      const { done, value } = await this.#pieces.next()
      if (done) throw new RangeError(`the stream ended after ${size} of ${length} bytes`)
      parts.push(value)
      size += value.length
    }
    this.#rest = Buffer.concat(parts, size)
  }
}
