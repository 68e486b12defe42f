import type { AbortOptions } from '@soup/interface'
import { CatalogueError } from './errors.ts'
import type { FrameStream } from './frame-stream.ts'
import {
  MAX_IDS_PER_REQUEST,
  MAX_RECONCILE_BYTES,
  MAX_RECONCILE_ROUNDS,
  REQUEST_TIMEOUT_MS
} from './limits.ts'
import { type Answer, batches, encodeRequest, parseAnswer, type Request } from './messages.ts'
import type { ItemSet } from './negentropy/item-set.ts'
import { advance, initiate } from './negentropy/reconcile.ts'
import { type Shelf, WIRE_ERROR } from './protocol.ts'
import { WireError } from './wire/errors.ts'

/** What only one side of a reconciliation has. */
export interface Difference {
  /** Ids that the server lacks. */
  have: Uint8Array[]
  /** Ids that we lack, as the server says. */
  need: Uint8Array[]
}

/** The asking side of one catalogue stream: one request at a time, each with a time limit. */
export class CatalogueClient {
  readonly #frames: FrameStream

  constructor(frames: FrameStream) {
    this.#frames = frames
  }

  /**
   * Compares a space with the server's.
   *
   * @param room how many missing ids are wanted; a server that invents ids ends there
   * @returns undefined when the server does not take part in the space
   * @throws {CatalogueError} CATALOGUE_LIMIT when it does not come to an end
   */
  async reconcile(
    space: string,
    set: ItemSet,
    room: number,
    options?: AbortOptions
  ): Promise<Difference | undefined> {
    const have = new Set<Uint8Array>()
    const need: Uint8Array[] = []
    let message: Uint8Array | undefined = initiate(set, MAX_RECONCILE_BYTES)
    for (let round = 0; message !== undefined; round++) {
      if (round === MAX_RECONCILE_ROUNDS) throw this.#endless(space)
      const answer = await this.#ask({ type: 'reconcile', space, message }, options)
      if (answer.type === 'error') return undefined
      if (answer.type !== 'reconcile') throw this.#unexpected(answer)
      const step = this.#parse(() => advance(set, answer.message, MAX_RECONCILE_BYTES))
      for (const id of step.have) have.add(id)
      need.push(...step.need.slice(0, room - need.length))
      message = step.message
    }
    return { have: [...have], need }
  }

  /**
   * Fetches envelopes in batches, as the server has them.
   *
   * @returns batches; ids that the server does not have are left out
   */
  async *get(shelf: Shelf, ids: Uint8Array[], options?: AbortOptions): AsyncIterable<Uint8Array[]> {
    for (let at = 0; at < ids.length; ) {
      const asked = ids.slice(at, at + MAX_IDS_PER_REQUEST)
      const answer = await this.#ask({ type: 'get', shelf, ids: asked }, options)
      if (answer.type !== 'get') throw this.#unexpected(answer)
      const { done, items } = answer
      if (done < 1 || done > asked.length || items.length > done) throw this.#unexpected(answer)
      yield items
      at += done
    }
  }

  /** Hands envelopes over. @returns how many were new to the server */
  async put(
    shelf: Shelf,
    items: AsyncIterable<Uint8Array>,
    options?: AbortOptions
  ): Promise<number> {
    let sum = 0
    for await (const batch of batches(items)) {
      const answer = await this.#ask({ type: 'put', shelf, items: batch }, options)
      if (answer.type !== 'put' || answer.taken > batch.length) throw this.#unexpected(answer)
      sum += answer.taken
    }
    return sum
  }

  /** Sends a request and reads its answer; `notFollowed` is the only error that is returned. */
  async #ask(request: Request, options: AbortOptions = {}): Promise<Answer> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const signal = AbortSignal.any([timeout, ...(options.signal ? [options.signal] : [])])
    try {
      await this.#frames.write(encodeRequest(request), { signal })
      const body = await this.#frames.read({ signal })
      if (body === undefined) throw this.#error('CATALOGUE_ENDED', 'closed the stream unasked')
      const answer = this.#parse(() => parseAnswer(body))
      if (answer.type !== 'error' || answer.code === WIRE_ERROR.notFollowed) return answer
      throw this.#error('CATALOGUE_REFUSED', `answered with error ${answer.code}: ${answer.text}`)
    } catch (cause) {
      options.signal?.throwIfAborted()
      if (!timeout.aborted) throw cause
      throw this.#error(
        'CATALOGUE_TIMEOUT',
        `did not answer within ${REQUEST_TIMEOUT_MS} ms`,
        cause
      )
    }
  }

  #parse<T>(parse: () => T): T {
    try {
      return parse()
    } catch (cause) {
      if (!(cause instanceof WireError)) throw cause
      throw this.#error('CATALOGUE_MALFORMED', `sent a malformed answer: ${cause.message}`, cause)
    }
  }

  #unexpected(answer: Answer): CatalogueError {
    return this.#error(
      'CATALOGUE_MALFORMED',
      `sent an answer that fits no question: ${answer.type}`
    )
  }

  #endless(space: string): CatalogueError {
    const what = `did not settle the space ${space} within ${MAX_RECONCILE_ROUNDS} rounds`
    return this.#error('CATALOGUE_LIMIT', what)
  }

  #error(code: CatalogueError['code'], what: string, cause?: unknown): CatalogueError {
    const { peer } = this.#frames
    return new CatalogueError(code, `peer ${peer} ${what}`, { details: { peer }, cause })
  }
}
