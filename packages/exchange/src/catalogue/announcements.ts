import type { Announcement } from './announcement.ts'
import { MAX_ANNOUNCEMENT_LIFE_MS, MAX_ANNOUNCEMENTS } from './limits.ts'
import { ItemSet } from './negentropy/item-set.ts'

/** The latest announcement of every provider, bounded, without those that have expired. */
export class Announcements {
  readonly #byPeer = new Map<string, Announcement>()
  readonly #isConnected: (peer: string) => boolean
  #set: ItemSet | undefined

  /** @param isConnected peers for which there is always room */
  constructor(isConnected: (peer: string) => boolean) {
    this.#isConnected = isConnected
  }

  /**
   * Takes a verified announcement, if it is the latest of its peer, holds now and there is room. A full
   * book turns strangers away and keeps what it has, so a flood of identities displaces nobody; for a
   * connected peer it drops one that is not connected.
   *
   * @returns whether it is new
   */
  add(announcement: Announcement, now: number = Date.now()): boolean {
    const { peer, seq, expires } = announcement
    if (expires <= now || expires > now + MAX_ANNOUNCEMENT_LIFE_MS) return false
    const known = this.#byPeer.get(peer)
    if (known !== undefined && known.seq >= seq) return false
    if (known === undefined && !this.#makeRoom(peer, now)) return false
    this.#byPeer.set(peer, announcement)
    this.#set = undefined
    return true
  }

  /** @returns the latest announcement of a peer */
  of(peer: string): Announcement | undefined {
    return this.#byPeer.get(peer)
  }

  /** @returns announcements that hold now, the latest first */
  all(now: number = Date.now()): Announcement[] {
    this.#expire(now)
    return [...this.#byPeer.values()].sort((a, b) => b.seq - a.seq)
  }

  /** The announcements as a set to reconcile: SHA-256 of the envelope, timestamp 0. */
  items(now: number = Date.now()): ItemSet {
    this.#expire(now)
    this.#set ??= new ItemSet(this.all(now).map(({ id }) => ({ timestamp: 0, id })))
    return this.#set
  }

  /** @returns the envelope with this SHA-256, or undefined */
  read(id: Uint8Array): Uint8Array | undefined {
    for (const announcement of this.#byPeer.values()) {
      if (Buffer.compare(announcement.id, id) === 0) return announcement.envelope
    }
    return undefined
  }

  #makeRoom(peer: string, now: number): boolean {
    if (this.#byPeer.size < MAX_ANNOUNCEMENTS) return true
    this.#expire(now)
    if (this.#byPeer.size < MAX_ANNOUNCEMENTS) return true
    if (!this.#isConnected(peer)) return false
    const other = this.#byPeer.keys().find(known => !this.#isConnected(known))
    return other !== undefined && this.#byPeer.delete(other)
  }

  #expire(now: number): void {
    for (const [peer, { expires }] of this.#byPeer) {
      if (expires > now) continue
      this.#byPeer.delete(peer)
      this.#set = undefined
    }
  }
}
