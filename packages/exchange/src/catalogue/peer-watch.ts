import { MAX_WATCHED_PEERS, RATE_BURST, RATE_PER_SECOND, SHUN_MS } from './limits.ts'

/** What is remembered of one peer. */
interface Watched {
  /** Requests that it may send at once. */
  tokens: number
  /** When `tokens` was right. */
  at: number
  /** Until when it is shunned. */
  shunnedUntil: number
}

/** Remembers which peers lied, and how fast each one asks. */
export class PeerWatch {
  readonly #peers = new Map<string, Watched>()

  /** Neither asks nor answers the peer for a while. */
  shun(peer: string, now: number = Date.now()): void {
    this.#of(peer, now).shunnedUntil = now + SHUN_MS
  }

  /** Whether the peer lied a short while ago. */
  isShunned(peer: string, now: number = Date.now()): boolean {
    return (this.#peers.get(peer)?.shunnedUntil ?? 0) > now
  }

  /**
   * Counts a request or message of the peer (token bucket).
   *
   * @param cost in tokens
   * @returns how long to wait before it is dealt with, in ms; 0 when at once
   */
  count(peer: string, cost = 1, now: number = Date.now()): number {
    const watched = this.#of(peer, now)
    const gained = ((now - watched.at) * RATE_PER_SECOND) / 1000
    watched.tokens = Math.min(RATE_BURST, watched.tokens + gained) - cost
    watched.at = now
    return watched.tokens >= 0 ? 0 : Math.ceil((-watched.tokens * 1000) / RATE_PER_SECOND)
  }

  #of(peer: string, now: number): Watched {
    const known = this.#peers.get(peer)
    const watched = known ?? { tokens: RATE_BURST, at: now, shunnedUntil: 0 }
    // Seen last, forgotten last.
    this.#peers.delete(peer)
    this.#peers.set(peer, watched)
    const oldest = this.#peers.keys().next().value
    if (this.#peers.size > MAX_WATCHED_PEERS && oldest !== undefined) this.#peers.delete(oldest)
    return watched
  }
}
