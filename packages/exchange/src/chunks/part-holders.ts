import { MAX_VAIN_REVIEWS } from '../limits.ts'

/**
 * Providers that brought a part of a payload. They may be pulling it themselves, so what they lacked is
 * asked of them again: at once while they bring something, else now and then, and not for ever.
 *
 * Who brought nothing at all is left alone: a pull that nobody can serve shall end at once.
 */
export class PartHolders {
  /** Whether the peer brought something since it was asked again. */
  readonly #isFresh = new Map<string, boolean>()
  #vainReviews = 0

  /** Whether it is worth while to wait for what these peers get. */
  get areBorneWith(): boolean {
    return this.#vainReviews < MAX_VAIN_REVIEWS
  }

  /** Notes that a peer brought a chunk. */
  add(peer: string): void {
    this.#isFresh.set(peer, true)
    this.#vainReviews = 0
  }

  /** @returns whether the peer brought something in this pull */
  has(peer: string): boolean {
    return this.#isFresh.has(peer)
  }

  /** @returns whether the peer is to be asked again at once; then it must be */
  takeFresh(peer: string): boolean {
    const isFresh = this.#isFresh.get(peer) === true
    if (isFresh) this.#isFresh.set(peer, false)
    return isFresh
  }

  /** Notes that some time has passed; {@link add} makes it forgotten. */
  review(): void {
    this.#vainReviews += 1
  }
}
