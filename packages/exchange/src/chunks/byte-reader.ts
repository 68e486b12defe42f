import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { ExchangeError } from '../errors.ts'

/** Bytes taken from a stream before anybody asked for them; beyond it the sender is held back. */
const READ_AHEAD_BYTES = 256 * 1024

/** How long a read may take. */
export interface ReadLimits {
  /** Longest time without a single byte. */
  silenceMs: number
  /** Longest time in all. */
  totalMs: number
}

interface Pending extends PromiseWithResolvers<Uint8Array | undefined> {
  length: number
  silence: NodeJS.Timeout
  total: NodeJS.Timeout
}

/**
 * Reads a libp2p stream as a sequence of byte strings of known length, and holds the sender back while
 * nobody reads: iterating over a stream would buffer whatever arrives.
 *
 * Takes the stream's `message` events; nothing else may listen to them. Memory is bounded by the read
 * in progress, 256 KiB, and the stream's window.
 */
export class ByteReader {
  readonly #stream: Stream
  readonly #buffered = new Uint8ArrayList()
  #pending: Pending | undefined
  #hasEnded = false
  #isResuming = false
  #error: Error | undefined

  constructor(stream: Stream) {
    this.#stream = stream
    stream.addEventListener('message', event => this.#onData(event.data))
    stream.addEventListener('end', () => {
      // an aborted stream ends before it says why, in its close event
      if (stream.status === 'open' || stream.status === 'closing') this.#onEnd(undefined)
    })
    stream.addEventListener('close', event => this.#onEnd(event.error))
    if (stream.status !== 'open' || stream.readableEnded) this.#onEnd(undefined)
  }

  /**
   * Reads exactly `length` bytes. One read at a time.
   *
   * @returns a buffer of the caller's own; undefined when the peer closed before the first byte
   * @throws {ExchangeError} `EXCHANGE_PEER_FAULT` when the peer closes midway or is too slow; whatever the
   *   stream was aborted with
   */
  async read(length: number, limits: ReadLimits): Promise<Uint8Array | undefined> {
    if (this.#pending !== undefined) throw new TypeError('A read is under way')
    if (this.#buffered.length < length) this.#resume()
    if (this.#buffered.length >= length) {
      const bytes = this.#take(length)
      this.#pauseIfFull()
      return bytes
    }
    if (this.#hasEnded) return this.#takeEnd(length)
    this.#pending = {
      ...Promise.withResolvers<Uint8Array | undefined>(),
      length,
      silence: setTimeout(() => this.#expire('sent nothing', limits.silenceMs), limits.silenceMs),
      total: setTimeout(
        () => this.#expire('took more than its time', limits.totalMs),
        limits.totalMs
      )
    }
    return this.#pending.promise
  }

  #onData(data: Uint8Array | Uint8ArrayList): void {
    this.#buffered.append(data)
    const pending = this.#pending
    if (pending === undefined) this.#pauseIfFull()
    else if (this.#buffered.length < pending.length) pending.silence.refresh()
    else this.#finish(() => this.#take(pending.length))
  }

  #onEnd(error: Error | undefined): void {
    this.#hasEnded = true
    this.#error ??= error
    this.#finish(pending => this.#takeEnd(pending.length))
  }

  #expire(what: string, ms: number): void {
    this.#finish(() => {
      throw new ExchangeError('EXCHANGE_PEER_FAULT', `The peer ${what} for ${ms / 1000} s`)
    })
  }

  #finish(outcome: (pending: Pending) => Uint8Array | undefined): void {
    const pending = this.#pending
    if (pending === undefined) return
    this.#pending = undefined
    clearTimeout(pending.silence)
    clearTimeout(pending.total)
    try {
      pending.resolve(outcome(pending))
    } catch (error) {
      pending.reject(error)
    }
  }

  #take(length: number): Uint8Array {
    const bytes = this.#buffered.slice(0, length)
    this.#buffered.consume(length)
    return bytes
  }

  #takeEnd(length: number): undefined {
    if (this.#error !== undefined) throw this.#error
    if (this.#buffered.length === 0) return undefined
    throw new ExchangeError(
      'EXCHANGE_PEER_FAULT',
      `The peer closed after ${this.#buffered.length} of ${length} bytes`
    )
  }

  #pauseIfFull(): void {
    const isFull = this.#buffered.length > READ_AHEAD_BYTES
    if (isFull && !this.#isResuming && this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  /**
   * The stream hands over at once what it kept back. Pausing it again meanwhile would have no effect on
   * yamux, which goes on to open its window (seen in `@libp2p/yamux` 8.0), so that waits.
   */
  #resume(): void {
    if (this.#stream.readStatus !== 'paused') return
    this.#isResuming = true
    this.#stream.resume()
    this.#isResuming = false
  }
}
