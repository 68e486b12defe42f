import { MAX_RANGE_CHUNKS } from '../limits.ts'

/** A chunk or inner node that a pull needs. */
export interface WantedChunk {
  /** Its id, base32. */
  cid: string
  /** Id of the node above it; undefined for the root. */
  parent: string | undefined
  /** Place among the parent's children. */
  index: number
  /** Levels of nodes from this one down; 0 for a chunk. */
  depth: number
  /** Bytes of the payload below it; of a chunk its own length. */
  sizeBytes: number
  /** How often it occurs in the payload: equal chunks are fetched once. */
  times: number
}

interface Entry {
  readonly wanted: WantedChunk
  /** Place in the order of the pull. */
  readonly place: number
  readonly holders: Set<string>
  isDone: boolean
}

interface PeerState {
  readonly missing: Set<WantedChunk>
  /** Nothing before this place is both free and of use to the peer: spares walking over a long front. */
  cursor: number
}

/**
 * Who fetches what in one pull, in memory and without I/O.
 *
 * Chunks are handed out front to back as runs of neighbours. When all are handed out, peers that are
 * idle get the last ones of others, so that a slow or hung peer does not decide when the pull ends.
 */
export class Schedule {
  readonly #entries: Entry[] = []
  readonly #byChunk = new Map<WantedChunk, Entry>()
  readonly #peers = new Map<string, PeerState>()
  #freeCount = 0
  #changed = Promise.withResolvers<void>()

  /** Number of chunks that are not finished. */
  get openCount(): number {
    return this.#byChunk.size
  }

  /** Adds chunks behind those that are there. */
  add(wanted: Iterable<WantedChunk>): void {
    for (const chunk of wanted) {
      const place = this.#entries.length
      const entry = { wanted: chunk, place, holders: new Set<string>(), isDone: false }
      this.#entries.push(entry)
      this.#byChunk.set(chunk, entry)
      this.#freeCount += 1
    }
    this.wake()
  }

  /**
   * Hands out work to a peer: neighbours under one parent that nobody fetches, or else one chunk that
   * another peer is fetching.
   *
   * @param max most chunks to hand out
   * @param canHelp whether the peer may double another one's work
   */
  take(peer: string, max: number, canHelp: boolean): WantedChunk[] {
    const state = this.#peer(peer)
    const run = this.#nextRun(state, Math.min(max, MAX_RANGE_CHUNKS))
    if (run.length > 0) this.#freeCount -= run.length
    else if (canHelp && this.#freeCount === 0) run.push(...this.#lastOfOthers(peer, state))
    for (const entry of run) entry.holders.add(peer)
    return run.map(entry => entry.wanted)
  }

  /** Marks a chunk as kept. @returns false when it was so already */
  finish(chunk: WantedChunk): boolean {
    const entry = this.#byChunk.get(chunk)
    if (entry === undefined) return false
    entry.isDone = true
    if (entry.holders.size === 0) this.#freeCount -= 1
    this.#byChunk.delete(chunk)
    if (this.openCount === 0) this.wake()
    return true
  }

  /** @returns whether the chunk is still needed */
  needs(chunk: WantedChunk): boolean {
    return this.#byChunk.has(chunk)
  }

  /** Takes chunks back from a peer that will not deliver them; others get them before anything else. */
  release(peer: string, chunks: Iterable<WantedChunk>): void {
    for (const chunk of chunks) {
      const entry = this.#byChunk.get(chunk)
      if (!entry?.holders.delete(peer) || entry.holders.size > 0) continue
      this.#freeCount += 1
      for (const state of this.#peers.values()) {
        if (!state.missing.has(chunk)) state.cursor = Math.min(state.cursor, entry.place)
      }
    }
    this.wake()
  }

  /** Notes that a peer does not have a chunk: it is not asked for it again until {@link forgive}. */
  miss(peer: string, chunk: WantedChunk): void {
    this.#peer(peer).missing.add(chunk)
    this.release(peer, [chunk])
  }

  /**
   * Lets a peer be asked again for the first chunks that it said it lacks, those before others that nobody
   * fetches: it may have got them since. No more than one request has, for it may lack very many still.
   */
  forgive(peer: string): void {
    const { missing } = this.#peer(peer)
    const lacked = (isOfUse: (entry: Entry) => boolean): Entry[] => [
      ...this.#byChunk
        .values()
        .filter(entry => missing.has(entry.wanted) && isOfUse(entry))
        .take(MAX_RANGE_CHUNKS)
    ]
    const free = lacked(isFree)
    const forgiven = free.length > 0 ? free : lacked(() => true)
    for (const { wanted, place } of forgiven) {
      missing.delete(wanted)
      this.#peer(peer).cursor = Math.min(this.#peer(peer).cursor, place)
    }
    if (forgiven.length > 0) this.wake()
  }

  /** @returns whether an unfinished chunk is left that the peer has not said it lacks */
  canUse(peer: string): boolean {
    const { missing } = this.#peer(peer)
    return this.#byChunk.keys().some(chunk => !missing.has(chunk))
  }

  /** Settles when there is other work than before, or none left. */
  changed(): Promise<void> {
    return this.#changed.promise
  }

  /** Settles {@link changed} for everybody who waits. */
  wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  #peer(peer: string): PeerState {
    const state = this.#peers.get(peer) ?? { missing: new Set(), cursor: 0 }
    this.#peers.set(peer, state)
    return state
  }

  #nextRun(state: PeerState, max: number): Entry[] {
    const isOfUse = (entry: Entry | undefined): entry is Entry =>
      entry !== undefined && isFree(entry) && !state.missing.has(entry.wanted)
    while (state.cursor < this.#entries.length && !isOfUse(this.#entries[state.cursor])) {
      state.cursor += 1
    }
    const run: Entry[] = []
    for (let place = state.cursor; run.length < max; place++) {
      const entry = this.#entries[place]
      const last = run.at(-1)
      if (!isOfUse(entry) || (last !== undefined && !isNext(last.wanted, entry.wanted))) break
      run.push(entry)
    }
    return run
  }

  /** The chunk that fewest peers are fetching, and of those the last: it would come latest. */
  #lastOfOthers(peer: string, { missing }: PeerState): Entry[] {
    return [...this.#byChunk.values()]
      .filter(({ holders, wanted }) => !holders.has(peer) && !missing.has(wanted))
      .sort((a, b) => a.holders.size - b.holders.size || b.place - a.place)
      .slice(0, 1)
  }
}

function isFree(entry: Entry): boolean {
  return !entry.isDone && entry.holders.size === 0
}

function isNext(a: WantedChunk, b: WantedChunk): boolean {
  return a.parent !== undefined && a.parent === b.parent && b.index === a.index + 1
}
