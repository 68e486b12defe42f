import { setTimeout as sleep } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import type { ChunkStore } from '@soup/interface'
import { MAX_FAILURES, MAX_PARALLEL_PROVIDERS } from '../limits.ts'
import type { Bans } from './bans.ts'
import type { ReadLimits } from './byte-reader.ts'
import { Conversation } from './conversation.ts'
import { verdictOf } from './fault.ts'
import { Intake } from './intake.ts'
import { PartHolders } from './part-holders.ts'
import { Schedule, type WantedChunk } from './schedule.ts'

/** Pause after the first failure of a provider; it doubles with each further one. */
const RETRY_MS = 250

/** How often, within the time of silence that is borne with, a pull looks who is of use. */
const REVIEWS = 3

/** A peer that may have what a pull needs. */
export interface Candidate {
  peer: string
  /** Connects to the peer where necessary and opens a chunk stream. */
  open(signal: AbortSignal): Promise<Stream>
}

/** What a pull works with. */
export interface PullComponents {
  chunks: ChunkStore
  bans: Bans
  limits: ReadLimits
  /** Told of verified chunks that are kept. */
  onKept(peer: string, chunk: WantedChunk, bytes: Uint8Array): void
  /** Told of chunks that did not match their ids. */
  onRejected(peer: string, chunk: WantedChunk): void
}

/** Why a provider gave no more. */
export interface Outcome {
  peer: string
  /** Reads on after the peer's name: `is busy`. */
  reason: string
  /** Whether it sent wrong bytes, now or a short while ago. */
  isLiar: boolean
}

/** Nobody is left who could bring the rest; `fetch.ts` makes an error of it. */
export class OutOfProviders extends Error {
  /** What became of each provider. */
  readonly outcomes: Outcome[]

  constructor(outcomes: Outcome[]) {
    super('No provider is left')
    this.outcomes = outcomes
  }
}

/**
 * One pull: keeps up to {@link MAX_PARALLEL_PROVIDERS} providers busy until every wanted chunk is kept.
 * Those that bring nothing for a while do not count, so that hung peers cannot fill the places.
 */
export class Pull {
  readonly #with: PullComponents
  readonly #schedule = new Schedule()
  readonly #intake: Intake
  readonly #over = new AbortController()
  readonly #candidates: Candidate[]
  readonly #workers = new Map<string, Promise<void>>()
  readonly #resting = new Set<string>()
  readonly #useful = new Set<string>()
  readonly #idle = new Set<string>()
  readonly #holders = new PartHolders()
  readonly #outcomes = new Map<string, Outcome>()
  #review: NodeJS.Timeout | undefined
  #error: unknown

  constructor(components: PullComponents, candidates: readonly Candidate[]) {
    this.#with = components
    this.#candidates = [...candidates]
    this.#intake = new Intake(components.chunks, this.#schedule, {
      onKept: (peer, chunk, bytes) => {
        this.#useful.add(peer)
        this.#holders.add(peer)
        components.onKept(peer, chunk, bytes)
      },
      onRejected: components.onRejected,
      onFailed: error => this.fail(error)
    })
  }

  /** Number of providers at work. */
  get activeCount(): number {
    return this.#workers.size - this.#resting.size
  }

  /**
   * Settles when all of these chunks are kept.
   *
   * @throws {OutOfProviders}; the store's errors; what {@link fail} was given
   */
  async bring(chunks: readonly WantedChunk[]): Promise<void> {
    this.#review ??= setInterval(() => this.#sortOut(), this.#with.limits.silenceMs / REVIEWS)
    this.#schedule.add(chunks)
    this.#recruit()
    while (this.#error === undefined && this.#schedule.openCount > 0) {
      await this.#schedule.changed()
    }
    if (this.#error !== undefined) throw this.#error
  }

  /** Ends every stream and waits until nothing is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#review)
    this.fail(new Error('The pull is over'))
    await Promise.all(this.#workers.values())
  }

  /** Gives the pull up; {@link bring} throws the error, the first one if there are several. */
  fail(error: unknown): void {
    this.#error ??= error
    this.#over.abort(this.#error)
    this.#schedule.wake()
  }

  /** Notes who brought nothing since the last time, lets others in beside them, and asks again. */
  #sortOut(): void {
    for (const peer of this.#workers.keys()) {
      if (this.#useful.has(peer)) this.#idle.delete(peer)
      else this.#idle.add(peer)
    }
    this.#useful.clear()
    this.#holders.review()
    if (this.#holders.areBorneWith) {
      for (const peer of this.#resting) if (this.#holders.has(peer)) this.#schedule.forgive(peer)
    }
    this.#recruit()
  }

  #recruit(): void {
    const hasPlace = () => this.#workers.size - this.#idle.size < MAX_PARALLEL_PROVIDERS
    while (hasPlace() && !this.#over.signal.aborted) {
      const candidate = this.#candidates.shift()
      if (candidate === undefined) break
      const worker = this.#work(candidate).finally(() => {
        this.#workers.delete(candidate.peer)
        this.#idle.delete(candidate.peer)
        this.#recruit()
      })
      this.#workers.set(candidate.peer, worker)
    }
    this.#failIfStuck()
  }

  /** Asks one provider, again after failures that may pass; never rejects. */
  async #work(candidate: Candidate): Promise<void> {
    if (this.#with.bans.has(candidate.peer)) {
      this.#note(candidate.peer, 'sent wrong bytes a short while ago', true)
      return
    }
    for (let failures = 0; failures < MAX_FAILURES; failures++) {
      try {
        if (await this.#converse(candidate)) failures = -1
        else return
      } catch (error) {
        if (this.#over.signal.aborted) return
        this.#note(candidate.peer, reasonOf(error), verdictOf(error) === 'ban')
        if (verdictOf(error) === 'ban') this.#with.bans.add(candidate.peer)
        if (verdictOf(error) !== 'retry' || failures === MAX_FAILURES - 1) return
        await this.#pause(RETRY_MS * 2 ** failures)
      }
    }
  }

  /** @returns whether the stream broke after it had been of use, so that a new one is due at once */
  async #converse(candidate: Candidate): Promise<boolean> {
    const { peer } = candidate
    const stream = await candidate.open(this.#over.signal)
    const abort = () => stream.abort(new Error('The pull is over'))
    this.#over.signal.addEventListener('abort', abort)
    const conversation = new Conversation({
      peer,
      stream,
      schedule: this.#schedule,
      intake: this.#intake,
      limits: this.#with.limits,
      rest: changed => this.#rest(peer, changed)
    })
    try {
      if (this.#over.signal.aborted) abort()
      await conversation.run()
      return false
    } catch (error) {
      if (verdictOf(error) !== 'retry' || conversation.received === 0) throw error
      this.#note(peer, reasonOf(error), false)
      return true
    } finally {
      this.#over.signal.removeEventListener('abort', abort)
    }
  }

  /** Waits for other work. @returns false when the pull is over or a better candidate waits */
  async #rest(peer: string, changed: Promise<void>): Promise<boolean> {
    if (this.#over.signal.aborted) return false
    const canHelp = this.#schedule.openCount === 0 || this.#schedule.canUse(peer)
    if (!canHelp) {
      this.#note(peer, 'does not have the rest', false)
      if (this.#holders.takeFresh(peer)) {
        this.#schedule.forgive(peer)
        return true
      }
      if (this.#holders.has(peer)) this.#makeRoomBeside(peer)
      else if (this.#candidates.length > 0) return false
    }
    this.#resting.add(peer)
    this.#failIfStuck()
    await changed
    this.#resting.delete(peer)
    return !this.#over.signal.aborted
  }

  /** Lets others in beside a peer that waits for what it may get. */
  #makeRoomBeside(peer: string): void {
    this.#idle.add(peer)
    this.#recruit()
  }

  /** Nobody is at work or to be asked, and those who rest lack what is missing and will not get it. */
  #failIfStuck(): void {
    if (this.#schedule.openCount === 0 || this.#candidates.length > 0) return
    const peers = [...this.#workers.keys()]
    const isStuck = peers.every(peer => this.#resting.has(peer) && !this.#schedule.canUse(peer))
    const mayGoOn = this.#holders.areBorneWith && peers.some(peer => this.#holders.has(peer))
    if (isStuck && !mayGoOn) this.fail(new OutOfProviders([...this.#outcomes.values()]))
  }

  #note(peer: string, reason: string, isLiar: boolean): void {
    this.#outcomes.set(peer, { peer, reason, isLiar })
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#over.signal }).catch(() => undefined)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
