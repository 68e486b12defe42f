import type { Stream } from '@libp2p/interface'
import type { AbortOptions } from '@soup/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { sendAll } from '../send.ts'
import { CatalogueError } from './errors.ts'
import { MAX_FRAME_BYTES } from './limits.ts'
import { encodeVarint, MAX_VARINT_BYTES } from './wire/varint.ts'

/**
 * Length-prefixed frames over a libp2p stream: a varint and that many bytes.
 *
 * The stream is paused whenever nobody reads, so a peer that sends without being asked fills its own
 * window and no memory here: at most one frame and one read buffer of the same size are held.
 */
export class FrameStream {
  readonly peer: string
  readonly #stream: Stream
  readonly #unread = new Uint8ArrayList()
  #failure: Error | undefined
  #wake: (() => void) | undefined

  /**
   * @param stream a stream that nobody has read from; belongs to this object from now on
   * @param peer its remote peer, for errors
   */
  constructor(stream: Stream, peer: string) {
    this.peer = peer
    this.#stream = stream
    stream.maxReadBufferLength = MAX_FRAME_BYTES
    stream.addEventListener('message', ({ data }) => {
      this.#unread.append(data)
      if (stream.readStatus === 'readable') stream.pause()
      this.#wake?.()
    })
    stream.addEventListener('close', ({ error }) => {
      this.#failure = error
      this.#wake?.()
    })
    for (const event of ['remoteCloseWrite', 'end'] as const) {
      stream.addEventListener(event, () => this.#wake?.())
    }
  }

  /**
   * Reads the next frame.
   *
   * @returns its body, or undefined when the peer has closed its side between two frames
   * @throws {CatalogueError} CATALOGUE_LIMIT, CATALOGUE_MALFORMED, CATALOGUE_ENDED
   */
  async read(options: AbortOptions = {}): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#takeFrame()
      if (frame !== undefined) return frame
      if (this.#isOver()) {
        const isWhole = this.#unread.byteLength === 0 && this.#failure === undefined
        if (isWhole) return undefined
        throw this.#ended(this.#failure)
      }
      await this.#more(options.signal)
    }
  }

  /**
   * Sends one frame and waits until it is on its way: a peer that does not read holds one frame here.
   *
   * @param parts of the body, not copied before they are sent
   * @throws {CatalogueError} CATALOGUE_ENDED
   */
  async write(parts: Uint8Array[], options: AbortOptions = {}): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    if (length > MAX_FRAME_BYTES) {
      throw new RangeError(`a frame of ${length} bytes, at most ${MAX_FRAME_BYTES} are allowed`)
    }
    try {
      await sendAll(this.#stream, new Uint8ArrayList(encodeVarint(length), ...parts), options)
    } catch (error) {
      options.signal?.throwIfAborted()
      throw this.#ended(error)
    }
  }

  /** Closes our side once everything is sent. */
  async close(options: AbortOptions = {}): Promise<void> {
    await this.#stream.close(options.signal === undefined ? {} : { signal: options.signal })
  }

  /** Ends the stream at once, in both directions. */
  abort(reason: Error): void {
    this.#stream.abort(reason)
  }

  #isOver(): boolean {
    const { status, remoteWriteStatus, readBufferLength } = this.#stream
    const isClosed = remoteWriteStatus === 'closed' || (status !== 'open' && status !== 'closing')
    return isClosed && readBufferLength === 0
  }

  #takeFrame(): Uint8Array | undefined {
    const prefix = this.#readPrefix()
    if (prefix === undefined) return undefined
    const { length, digits } = prefix
    if (length > MAX_FRAME_BYTES) {
      const message = `peer ${this.peer} sent a frame of ${length} bytes, expected at most ${MAX_FRAME_BYTES}`
      throw new CatalogueError('CATALOGUE_LIMIT', message, { details: { peer: this.peer } })
    }
    if (this.#unread.byteLength < digits + length) return undefined
    const frame = this.#unread.slice(digits, digits + length)
    this.#unread.consume(digits + length)
    return frame
  }

  #readPrefix(): { length: number; digits: number } | undefined {
    let length = 0
    for (let at = 0; at < Math.min(MAX_VARINT_BYTES, this.#unread.byteLength); at++) {
      const byte = this.#unread.get(at)
      length = length * 128 + (byte & 127)
      if (byte < 128) return { length, digits: at + 1 }
    }
    if (this.#unread.byteLength < MAX_VARINT_BYTES) return undefined
    const message = `peer ${this.peer} sent bytes that are no frame of the catalogue`
    throw new CatalogueError('CATALOGUE_MALFORMED', message, { details: { peer: this.peer } })
  }

  /** Resolves when there may be more to read. */
  async #more(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => reject(signal?.reason)
    this.#wake = resolve
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      if (this.#stream.readStatus === 'paused') this.#stream.resume()
      await promise
    } finally {
      this.#wake = undefined
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #ended(cause?: unknown): CatalogueError {
    const message = `peer ${this.peer} ended the exchange of records in the middle; it is asked again later`
    return new CatalogueError('CATALOGUE_ENDED', message, { details: { peer: this.peer }, cause })
  }
}
