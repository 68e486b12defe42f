import type { Stream } from '@libp2p/interface'
import { CHUNK_SIZE_BYTES, MAX_NODE_SIZE_BYTES } from '@soup/manifest'
import { CID } from 'multiformats/cid'
import type { ExchangeError } from '../errors.ts'
import { MAX_CHUNK_MS, MAX_OUTSTANDING_CHUNKS, MAX_SILENCE_MS } from '../limits.ts'
import { sendAll } from '../send.ts'
import { ByteReader, type ReadLimits } from './byte-reader.ts'
import { ProviderFault } from './fault.ts'
import type { Intake } from './intake.ts'
import {
  ANSWER_CHUNK,
  ANSWER_ERROR,
  type AnswerHeader,
  encodeRequest,
  HEADER_BYTES,
  parseHeader,
  WIRE_ERRORS
} from './protocol.ts'
import type { Schedule, WantedChunk } from './schedule.ts'

/** How long a requester bears with a provider, unless told otherwise. */
export const DEFAULT_READ_LIMITS: ReadLimits = { silenceMs: MAX_SILENCE_MS, totalMs: MAX_CHUNK_MS }

/** First number of chunks in flight: little is lost if the provider turns out to be hung. */
const FIRST_WINDOW = 2

/** What a conversation works with. */
export interface ConversationComponents {
  peer: string
  stream: Stream
  schedule: Schedule
  intake: Intake
  limits: ReadLimits
  /** Waits for the change, unless the pull is over. @returns whether to go on */
  rest(changed: Promise<void>): Promise<boolean>
}

/**
 * Asks one provider for chunks over one stream until the pull is over.
 *
 * As many chunks are under way as the window says, which grows with every chunk that arrives; answers
 * come in the order of the requests.
 */
export class Conversation {
  readonly #with: ConversationComponents
  readonly #reader: ByteReader
  readonly #outstanding: WantedChunk[] = []
  readonly #unsaved = new Set<Promise<void>>()
  #window = FIRST_WINDOW
  #received = 0
  #fault: unknown

  constructor(components: ConversationComponents) {
    this.#with = components
    this.#reader = new ByteReader(components.stream)
  }

  /** Number of chunks that came. */
  get received(): number {
    return this.#received
  }

  /**
   * Runs until the pull is over, then settles. Either way the stream is reset, so that nothing of it
   * lingers, even if the provider never closes its side.
   *
   * @throws {ProviderFault} and others, when the provider fails; its chunks have been released by then
   */
  async run(): Promise<void> {
    const { stream, schedule, peer } = this.#with
    try {
      let changed: Promise<void>
      do {
        changed = schedule.changed() // before asking, so that no change is missed
        await this.#work()
      } while (await this.#with.rest(changed))
    } catch (error) {
      this.#fault ??= error
    } finally {
      stream.abort(new Error('The pull needs this stream no longer'))
      await Promise.allSettled(this.#unsaved)
      schedule.release(peer, this.#outstanding)
    }
    if (this.#fault !== undefined) throw this.#fault
  }

  async #work(): Promise<void> {
    await this.#ask()
    while (this.#outstanding.length > 0) {
      await this.#receive()
      await this.#ask()
    }
    await Promise.all(this.#unsaved)
  }

  /** Tops up when half of the window is free, so that requests stay ranges. */
  async #ask(): Promise<void> {
    const { schedule, peer, stream, limits } = this.#with
    while (this.#outstanding.length <= this.#window / 2) {
      const room = this.#window - this.#outstanding.length
      const run = schedule.take(peer, room, this.#outstanding.length < FIRST_WINDOW)
      const first = run[0]
      if (first === undefined) return
      this.#outstanding.push(...run)
      await sendAll(stream, requestFor(first, run.length), { timeoutMs: limits.totalMs })
    }
  }

  async #receive(): Promise<void> {
    const chunk = this.#outstanding[0]!
    const header = await this.#header()
    if (header.kind === ANSWER_ERROR) throw refusal(header.value)
    if (header.kind === ANSWER_CHUNK) await this.#receiveChunk(chunk, header.value)
    else this.#with.schedule.miss(this.#with.peer, chunk)
    this.#outstanding.shift()
  }

  async #receiveChunk(chunk: WantedChunk, length: number): Promise<void> {
    const { peer, intake, limits } = this.#with
    refuseLength(chunk, length)
    const bytes = await this.#reader.read(length, limits)
    if (bytes === undefined) throw closed()
    await intake.place()
    this.#watch(chunk, intake.keep(peer, chunk, bytes))
    this.#received += 1
    this.#window = Math.min(this.#window + 1, MAX_OUTSTANDING_CHUNKS)
  }

  /** Lets a chunk be verified meanwhile; a wrong one ends the stream at once. */
  #watch(chunk: WantedChunk, kept: Promise<void>): void {
    const { stream, schedule, peer } = this.#with
    const watched = kept
      .catch(error => {
        this.#fault ??= error
        schedule.release(peer, [chunk])
        stream.abort(error)
        throw error
      })
      .finally(() => this.#unsaved.delete(watched))
    watched.catch(() => undefined) // shows in the stream, or when all are awaited
    this.#unsaved.add(watched)
  }

  async #header(): Promise<AnswerHeader> {
    const bytes = await this.#reader.read(HEADER_BYTES, this.#with.limits)
    if (bytes === undefined) throw closed()
    try {
      return parseHeader(bytes)
    } catch (cause) {
      throw new ProviderFault('ban', 'sent bytes that are no answer', { cause })
    }
  }
}

function requestFor(first: WantedChunk, count: number): Uint8Array {
  const { cid, parent, index } = first
  const isRoot = parent === undefined
  return encodeRequest({
    cid: CID.parse(isRoot ? cid : parent),
    first: isRoot ? 0 : index,
    count: isRoot ? 0 : count
  })
}

function refuseLength(chunk: WantedChunk, length: number): void {
  const limit = chunk.depth === 0 ? CHUNK_SIZE_BYTES : MAX_NODE_SIZE_BYTES
  if (length <= limit) return
  throw new ProviderFault(
    'ban',
    `sent ${length} bytes for chunk ${chunk.cid}; no chunk has that many`
  )
}

function refusal(wireError: number): ExchangeError {
  if (wireError === WIRE_ERRORS.BUSY) return new ProviderFault('retry', 'is busy')
  return new ProviderFault('leave', `refused the request with wire error ${wireError}`)
}

function closed(): ExchangeError {
  return new ProviderFault('retry', 'closed the stream with answers missing')
}
