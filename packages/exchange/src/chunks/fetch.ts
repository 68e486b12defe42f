import type { ChunkStore, ProgressOptions } from '@soup/interface'
import { ExchangeError } from '../errors.ts'
import type { Bans } from './bans.ts'
import type { ReadLimits } from './byte-reader.ts'
import { DEFAULT_READ_LIMITS } from './conversation.ts'
import { type Candidate, OutOfProviders, Pull } from './pull.ts'
import type { WantedChunk } from './schedule.ts'
import { below, rootOf } from './tree.ts'

/** A payload as a record names it. */
export interface WantedPayload {
  /** CID of the UnixFS root, base32. */
  root: string
  /** Length of the file in bytes, as the signed record promises it. */
  sizeBytes: number
}

/** What one peer gave during a fetch. */
export interface ProviderReport {
  /** Peer id. */
  peer: string
  /** Verified bytes that were kept, inner nodes of the payload included. */
  bytes: number
  /** Chunks that did not match their id. */
  rejected: number
}

/** How a fetch went. */
export interface FetchReport {
  /** CID of the payload's root. */
  root: string
  /** Length of the payload. */
  bytes: number
  /** Time that it took. */
  seconds: number
  /** Payload bytes that the store held before the fetch began. */
  resumedBytes: number
  /** Peers that gave something, or tried to pass off something else. */
  providers: ProviderReport[]
}

/** What {@link fetchPayload} works with. */
export interface FetchComponents {
  chunks: ChunkStore
  bans: Bans
  /** How long to bear with a provider; {@link DEFAULT_READ_LIMITS} unless given. */
  limits?: ReadLimits
  /** Told of peers that sent wrong bytes. */
  onRejected?: (peer: string, cid: string) => void
}

/**
 * Brings a payload into the chunk store, level by level from the root, chunks front to back.
 *
 * @param candidates peers that may have it, the best first
 * @throws {ExchangeError} `EXCHANGE_NO_PROVIDER`, `EXCHANGE_CORRUPT`, `EXCHANGE_BAD_PAYLOAD`
 */
export async function fetchPayload(
  components: FetchComponents,
  payload: WantedPayload,
  candidates: readonly Candidate[],
  options: ProgressOptions = {}
): Promise<FetchReport> {
  options.signal?.throwIfAborted()
  const startMs = performance.now()
  const root = rootOf(payload.root, payload.sizeBytes)
  const tally = new Tally(payload, options)
  const pull = new Pull(
    {
      chunks: components.chunks,
      bans: components.bans,
      limits: components.limits ?? DEFAULT_READ_LIMITS,
      onKept: (peer, chunk, bytes) => tally.keep(peer, chunk, bytes.length, pull.activeCount),
      onRejected: (peer, chunk) => {
        tally.reject(peer)
        components.onRejected?.(peer, chunk.cid)
      }
    },
    candidates
  )
  const abort = () => pull.fail(options.signal?.reason)
  options.signal?.addEventListener('abort', abort)
  try {
    await walk(root, pull, components.chunks, tally, options)
  } catch (error) {
    throw error instanceof OutOfProviders ? explain(error, payload, tally.doneBytes) : error
  } finally {
    options.signal?.removeEventListener('abort', abort)
    await pull.stop()
  }
  return tally.report((performance.now() - startMs) / 1000)
}

async function walk(
  root: WantedChunk,
  pull: Pull,
  chunks: ChunkStore,
  tally: Tally,
  options: ProgressOptions
): Promise<void> {
  for (let level = [root]; ; level = await below(level, chunks, options)) {
    const absent: WantedChunk[] = []
    for (const chunk of level) {
      options.signal?.throwIfAborted()
      if (await isKept(chunk, chunks, options)) tally.resume(chunk)
      else absent.push(chunk)
    }
    tally.show(pull.activeCount)
    await pull.bring(absent)
    if (level[0]?.depth === 0) return
  }
}

/** Inner nodes are read next, so that one that is damaged counts as missing and is fetched again. */
async function isKept(
  { cid, depth }: WantedChunk,
  chunks: ChunkStore,
  options: ProgressOptions
): Promise<boolean> {
  if (depth === 0) return chunks.has(cid, options)
  return (await chunks.get(cid, options)) !== undefined
}

/** Counts bytes and tells how far the fetch has come. */
class Tally {
  readonly #payload: WantedPayload
  readonly #options: ProgressOptions
  readonly #providers = new Map<string, ProviderReport>()
  #resumedBytes = 0
  #doneBytes = 0

  constructor(payload: WantedPayload, options: ProgressOptions) {
    this.#payload = payload
    this.#options = options
  }

  get doneBytes(): number {
    return this.#doneBytes
  }

  resume(chunk: WantedChunk): void {
    if (chunk.depth > 0) return
    this.#resumedBytes += chunk.sizeBytes * chunk.times
    this.#doneBytes += chunk.sizeBytes * chunk.times
  }

  keep(peer: string, chunk: WantedChunk, sizeBytes: number, peerCount: number): void {
    this.#provider(peer).bytes += sizeBytes
    if (chunk.depth === 0) this.#doneBytes += chunk.sizeBytes * chunk.times
    this.show(peerCount)
  }

  reject(peer: string): void {
    this.#provider(peer).rejected += 1
  }

  show(peerCount: number): void {
    this.#options.onProgress?.({
      stage: 'fetch chunks',
      done: this.#doneBytes,
      total: this.#payload.sizeBytes,
      unit: 'bytes',
      note: peerCount === 1 ? '1 peer' : `${peerCount} peers`
    })
  }

  report(seconds: number): FetchReport {
    return {
      root: this.#payload.root,
      bytes: this.#payload.sizeBytes,
      seconds,
      resumedBytes: this.#resumedBytes,
      providers: [...this.#providers.values()]
    }
  }

  #provider(peer: string): ProviderReport {
    const report = this.#providers.get(peer) ?? { peer, bytes: 0, rejected: 0 }
    this.#providers.set(peer, report)
    return report
  }
}

function explain(error: OutOfProviders, payload: WantedPayload, doneBytes: number): ExchangeError {
  const { outcomes } = error
  const isCorrupt = outcomes.some(outcome => outcome.isLiar)
  const asked = outcomes.map(({ peer, reason }) => `peer ${peer} ${reason}`).join('; ')
  return new ExchangeError(
    isCorrupt ? 'EXCHANGE_CORRUPT' : 'EXCHANGE_NO_PROVIDER',
    `No peer gave the rest of payload ${payload.root} (${doneBytes} of ${payload.sizeBytes} bytes are here): ` +
      `${asked === '' ? 'no peer that may have it is known' : asked}. ` +
      'Try again when another provider is online; what is here will not be fetched again.',
    {
      details: { root: payload.root, doneBytes, sizeBytes: payload.sizeBytes, providers: outcomes }
    }
  )
}
