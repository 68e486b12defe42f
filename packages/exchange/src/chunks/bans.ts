import { BAN_MS, MAX_BANS } from '../limits.ts'

/** Remembers for a while which peers sent wrong bytes. In memory: a restart forgives. */
export class Bans {
  readonly #until = new Map<string, number>()
  readonly #now: () => number

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Bans a peer for {@link BAN_MS} from now. */
  add(peer: string): void {
    this.#until.delete(peer)
    this.#until.set(peer, this.#now() + BAN_MS)
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MAX_BANS) break
      this.#until.delete(oldest)
    }
  }

  /** @returns whether the peer must not be asked */
  has(peer: string): boolean {
    const until = this.#until.get(peer)
    if (until === undefined) return false
    if (this.#now() < until) return true
    this.#until.delete(peer)
    return false
  }
}
