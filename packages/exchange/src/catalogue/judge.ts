import { ManifestError } from '@soup/manifest'
import { type Announcement, parseAnnouncement } from './announcement.ts'
import { fetchOne } from './fetch-record.ts'
import type { News, Verdict } from './gossip.ts'
import type { Holdings } from './holdings.ts'
import { MAX_GOSSIP_FETCHES } from './limits.ts'
import type { PeerWatch } from './peer-watch.ts'
import type { Peers } from './peers.ts'
import { spaceOf } from './record-shelf.ts'
import { WireError } from './wire/errors.ts'

/** Who passed news on, and until when it may be looked into. */
interface Origin {
  peer: string
  signal: AbortSignal
}

/** Verifies news before it is used, and before it is passed on. */
export class Judge {
  readonly #holdings: Holdings
  readonly #peers: Peers
  readonly #watch: PeerWatch
  #fetches = 0

  constructor(holdings: Holdings, peers: Peers, watch: PeerWatch) {
    this.#holdings = holdings
    this.#peers = peers
    this.#watch = watch
  }

  /**
   * Judges news, and takes in what is new.
   *
   * @param space whose topic it came on
   */
  async judge(space: string, news: News, origin: Origin): Promise<Verdict> {
    if (this.#watch.isShunned(origin.peer) || this.#watch.count(origin.peer) > 0) return 'ignore'
    try {
      switch (news.type) {
        case 'record':
          return await this.#record(space, news.envelope, origin)
        case 'recordId':
          return await this.#recordId(space, news.digest, origin)
        case 'announcement':
          return this.#announcement(await parseAnnouncement(news.envelope, origin))
      }
    } catch (error) {
      // Who passes on what does not verify did not verify it: gossipsub counts it against that peer.
      if (error instanceof ManifestError || error instanceof WireError) return 'reject'
      this.#peers.blame(origin.peer, error)
      return 'ignore'
    }
  }

  async #record(space: string, envelope: Uint8Array, origin: Origin): Promise<Verdict> {
    const { record, result } = await this.#holdings.acceptNews(space, envelope, origin)
    if (spaceOf(record) !== space) return 'reject'
    return result === 'refused' ? 'ignore' : 'accept'
  }

  /** Only the id of a large record is told: it goes on once the record itself is here. */
  async #recordId(space: string, digest: Uint8Array, origin: Origin): Promise<Verdict> {
    if ((await this.#holdings.read('records', digest, origin)) !== undefined) return 'accept'
    const isWelcome = this.#holdings.follows(space) && this.#holdings.room(space) > 0
    if (!isWelcome || this.#fetches === MAX_GOSSIP_FETCHES) return 'ignore'
    this.#fetches += 1
    try {
      const record = await fetchOne(this.#peers, this.#holdings, digest, { space, ...origin })
      return record === undefined ? 'ignore' : 'accept'
    } finally {
      this.#fetches -= 1
    }
  }

  #announcement(announcement: Announcement): Verdict {
    return this.#holdings.announcements.add(announcement) ? 'accept' : 'ignore'
  }
}
