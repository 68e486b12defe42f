import { parseAnnouncement } from './announcement.ts'
import type { Announcements } from './announcements.ts'
import type { CatalogueState } from './index.ts'
import { WireError } from './wire/errors.ts'

/** Namespace of the announcements in a node's state: base64 envelopes by peer id. */
const NAMESPACE = 'announcements'

/** Keeps announcements over a restart, so that a node finds providers before it finds a bootstrap peer. */
export class AnnouncementKeeper {
  readonly #state: CatalogueState
  /** Sequence number of what is kept, by peer. */
  readonly #kept = new Map<string, number>()

  constructor(state: CatalogueState) {
    this.#state = state
  }

  /** Adds what was kept and still holds; what does not verify any more is left out. */
  async load(announcements: Announcements): Promise<void> {
    for await (const [key, value] of this.#state.list(NAMESPACE)) {
      // Whatever it is, the next save removes it unless it is known to hold.
      this.#kept.set(key, -1)
      if (typeof value !== 'string') continue
      try {
        const announcement = await parseAnnouncement(Buffer.from(value, 'base64'))
        if (announcements.add(announcement)) this.#kept.set(announcement.peer, announcement.seq)
      } catch (error) {
        if (!(error instanceof WireError)) throw error
      }
    }
  }

  /** Writes what changed since the last time. */
  async save(announcements: Announcements): Promise<void> {
    const current = new Map(announcements.all().map(each => [each.peer, each]))
    for (const peer of [...this.#kept.keys()]) {
      if (current.has(peer)) continue
      await this.#state.delete(NAMESPACE, peer)
      this.#kept.delete(peer)
    }
    for (const [peer, { seq, envelope }] of current) {
      if (this.#kept.get(peer) === seq) continue
      await this.#state.put(NAMESPACE, peer, Buffer.from(envelope).toString('base64'))
      this.#kept.set(peer, seq)
    }
  }
}
