import type { ChunkStore } from '@soup/interface'
import { verifyChunk } from '@soup/manifest'
import { MAX_UNSAVED_CHUNKS } from '../limits.ts'
import { ProviderFault } from './fault.ts'
import type { Schedule, WantedChunk } from './schedule.ts'
import { badNode } from './tree.ts'

/** Told of what becomes of chunks. */
export interface IntakeEvents {
  /** A chunk was verified and is kept. */
  onKept(peer: string, chunk: WantedChunk, bytes: Uint8Array): void
  /** A chunk did not match its id. */
  onRejected(peer: string, chunk: WantedChunk): void
  /** The store failed, or the payload is not what it promises: no provider can make up for that. */
  onFailed(error: unknown): void
}

/**
 * Verifies and writes chunks while the network goes on; {@link MAX_UNSAVED_CHUNKS} at most, so that a slow
 * disk holds the network back instead of filling the memory.
 */
export class Intake {
  readonly #chunks: ChunkStore
  readonly #schedule: Schedule
  readonly #events: IntakeEvents
  readonly #queue: Array<() => void> = []
  #free = MAX_UNSAVED_CHUNKS

  constructor(chunks: ChunkStore, schedule: Schedule, events: IntakeEvents) {
    this.#chunks = chunks
    this.#schedule = schedule
    this.#events = events
  }

  /** Waits for a place; {@link keep} must follow. */
  async place(): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>(resolve => this.#queue.push(resolve))
  }

  /**
   * Verifies and writes a chunk in the place taken before.
   *
   * @param bytes must not change any more
   * @throws {ProviderFault} with the verdict `ban` when the bytes are not the chunk's;
   *   {ExchangeError} `EXCHANGE_BAD_PAYLOAD` when the payload lies about it; the store's errors
   */
  async keep(peer: string, chunk: WantedChunk, bytes: Uint8Array): Promise<void> {
    try {
      if (!this.#schedule.needs(chunk)) return
      if (!(await verifyChunk(chunk.cid, bytes))) this.#reject(peer, chunk)
      this.#refuseSize(chunk, bytes.length)
      await this.#write(chunk, bytes)
      if (this.#schedule.finish(chunk)) this.#events.onKept(peer, chunk, bytes)
    } finally {
      const next = this.#queue.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  #reject(peer: string, chunk: WantedChunk): never {
    this.#events.onRejected(peer, chunk)
    throw new ProviderFault('ban', `sent wrong bytes for chunk ${chunk.cid}`)
  }

  /** The chunk is the right one, so its sender is honest: whoever made the payload lied about its length. */
  #refuseSize({ cid, depth, sizeBytes }: WantedChunk, length: number): void {
    if (depth > 0 || length === sizeBytes) return
    const error = badNode(cid, `expected a chunk of ${sizeBytes} bytes, got ${length}`)
    this.#events.onFailed(error)
    throw error
  }

  async #write(chunk: WantedChunk, bytes: Uint8Array): Promise<void> {
    try {
      await this.#chunks.put(chunk.cid, bytes)
    } catch (error) {
      this.#events.onFailed(error)
      throw error
    }
  }
}
