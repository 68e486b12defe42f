import type { Connection, Stream } from '@libp2p/interface'
import type { ChunkStore } from '@soup/interface'
import { CHUNK_SIZE_BYTES, parseNode } from '@soup/manifest'
import { Uint8ArrayList } from 'uint8arraylist'
import { ExchangeError } from '../errors.ts'
import {
  MAX_CACHED_NODES,
  MAX_REQUEST_WAIT_MS,
  MAX_SEND_MS,
  MAX_SERVED_STREAMS,
  MAX_SERVED_STREAMS_PER_PEER
} from '../limits.ts'
import { sendAll } from '../send.ts'
import { ByteReader } from './byte-reader.ts'
import {
  ANSWER_CHUNK,
  ANSWER_ERROR,
  ANSWER_NOT_HELD,
  type ChunkRequest,
  encodeHeader,
  parseRequest,
  RAW,
  REQUEST_BYTES,
  WIRE_ERRORS
} from './protocol.ts'

/** Longest time to tell a peer that it is refused. */
const REFUSE_MS = 5000

/** How long a provider bears with a requester. */
export interface ServeLimits {
  /** Longest wait for the next whole request. */
  requestMs: number
  /** Longest time to take one chunk. */
  sendMs: number
}

/** {@link ServeLimits} unless told otherwise. */
const DEFAULT_SERVE_LIMITS: ServeLimits = {
  requestMs: MAX_REQUEST_WAIT_MS,
  sendMs: MAX_SEND_MS
}

/**
 * Answers chunk requests of peers from a chunk store.
 *
 * A stream holds at most two chunks in memory, one on its way out and one read ahead, however slowly the
 * peer reads and however many requests it sends: the next request is read after the last was answered.
 */
export class ChunkServer {
  readonly #chunks: ChunkStore
  readonly #limits: ServeLimits
  readonly #streams = new Map<Stream, string>()
  readonly #nodes = new Map<string, string[]>()

  constructor(chunks: ChunkStore, limits: ServeLimits = DEFAULT_SERVE_LIMITS) {
    this.#chunks = chunks
    this.#limits = limits
  }

  /** Takes an inbound stream. Settles when it has ended; never rejects, whatever the peer does. */
  async handle(stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString()
    try {
      if (!this.#hasPlace(peer)) throw new Refusal(WIRE_ERRORS.BUSY)
      this.#streams.set(stream, peer)
      await this.#serve(stream)
      await stream.close({ signal: AbortSignal.timeout(this.#limits.sendMs) })
    } catch (error) {
      await this.#end(stream, error)
    } finally {
      this.#streams.delete(stream)
    }
  }

  /** Ends every stream that is being served. */
  stop(): void {
    for (const stream of this.#streams.keys()) stream.abort(new Error('The node is stopping'))
  }

  #hasPlace(peer: string): boolean {
    const ofPeer = [...this.#streams.values()].filter(other => other === peer)
    return this.#streams.size < MAX_SERVED_STREAMS && ofPeer.length < MAX_SERVED_STREAMS_PER_PEER
  }

  async #serve(stream: Stream): Promise<void> {
    const reader = new ByteReader(stream)
    const wait = { silenceMs: this.#limits.requestMs, totalMs: this.#limits.requestMs }
    for (;;) {
      const bytes = await reader.read(REQUEST_BYTES, wait)
      if (bytes === undefined) return
      await this.#answer(stream, await this.#named(bytes))
    }
  }

  async #answer(stream: Stream, cids: ReadonlyArray<string | undefined>): Promise<void> {
    let ahead = this.#read(cids[0])
    for (let i = 0; i < cids.length; i++) {
      const chunk = await ahead
      ahead = this.#read(cids[i + 1])
      ahead.catch(() => undefined) // shows when it is awaited, not as an unhandled rejection
      await sendAll(stream, encodeAnswer(chunk), { timeoutMs: this.#limits.sendMs })
    }
  }

  /** @returns ids of the chunks that a request asks for, undefined for those that cannot be known */
  async #named(bytes: Uint8Array): Promise<Array<string | undefined>> {
    const request = parse(bytes)
    const cid = request.cid.toString()
    if (request.count === 0) return [cid]
    if (request.cid.code === RAW) throw new Refusal(WIRE_ERRORS.BAD_REQUEST)
    const children = await this.#children(cid)
    if (children === undefined) return new Array(request.count).fill(undefined)
    const end = request.first + request.count
    if (end > children.length) throw new Refusal(WIRE_ERRORS.BAD_REQUEST)
    return children.slice(request.first, end)
  }

  /** Requests for neighbouring ranges follow each other, so the last few nodes are kept. */
  async #children(cid: string): Promise<string[] | undefined> {
    const known = this.#nodes.get(cid)
    if (known !== undefined) return known
    const bytes = await this.#read(cid)
    if (bytes === undefined) return undefined
    const children = parseNode(bytes).links.map(link => link.cid)
    this.#nodes.set(cid, children)
    for (const oldest of this.#nodes.keys()) {
      if (this.#nodes.size <= MAX_CACHED_NODES) break
      this.#nodes.delete(oldest)
    }
    return children
  }

  async #read(cid: string | undefined): Promise<Uint8Array | undefined> {
    if (cid === undefined) return undefined
    try {
      return await this.#chunks.get(cid)
    } catch (cause) {
      throw new Refusal(WIRE_ERRORS.INTERNAL, { cause })
    }
  }

  async #end(stream: Stream, error: unknown): Promise<void> {
    try {
      if (!(error instanceof Refusal)) throw error
      const answer = encodeHeader({ kind: ANSWER_ERROR, value: error.wireError })
      await sendAll(stream, answer, { timeoutMs: REFUSE_MS })
      await stream.close({ signal: AbortSignal.timeout(REFUSE_MS) })
    } catch (cause) {
      stream.abort(new Error('Chunks are no longer served on this stream', { cause }))
    }
  }
}

/** Ends a stream with a numbered error for the requester. */
class Refusal extends Error {
  readonly wireError: number

  constructor(wireError: number, options?: ErrorOptions) {
    super(`Refused with wire error ${wireError}`, options)
    this.wireError = wireError
  }
}

function parse(bytes: Uint8Array): ChunkRequest {
  try {
    return parseRequest(bytes)
  } catch (cause) {
    throw new Refusal(WIRE_ERRORS.BAD_REQUEST, { cause })
  }
}

function encodeAnswer(chunk: Uint8Array | undefined): Uint8ArrayList {
  if (chunk === undefined) {
    return new Uint8ArrayList(encodeHeader({ kind: ANSWER_NOT_HELD, value: 0 }))
  }
  if (chunk.length > CHUNK_SIZE_BYTES) {
    throw new ExchangeError(
      'EXCHANGE_BAD_PAYLOAD',
      `The store holds a chunk of ${chunk.length} bytes; ${CHUNK_SIZE_BYTES} is the largest`
    )
  }
  return new Uint8ArrayList(encodeHeader({ kind: ANSWER_CHUNK, value: chunk.length }), chunk)
}
