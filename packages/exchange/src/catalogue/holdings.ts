import { setImmediate } from 'node:timers/promises'
import type { AbortOptions, RecordStore, StoredRecord } from '@soup/interface'
import { ManifestError } from '@soup/manifest'
import { parseAnnouncement } from './announcement.ts'
import { Announcements } from './announcements.ts'
import { CatalogueError } from './errors.ts'
import { MAX_ANNOUNCEMENTS, MAX_BASES } from './limits.ts'
import type { ItemSet } from './negentropy/item-set.ts'
import { BASES_SPACE, PROVIDERS_SPACE, type Shelf } from './protocol.ts'
import { digestOf } from './record-id.ts'
import { type Acceptance, RecordShelf } from './record-shelf.ts'
import { WireError } from './wire/errors.ts'

/** Envelopes verified before other work gets its turn: a few milliseconds. */
const ITEMS_A_TURN = 16

/** Where envelopes come from, and what was asked for. */
export interface Delivery extends AbortOptions {
  peer: string
  /** SHA-256 digests that alone may be delivered; any, where absent. */
  asked?: readonly Uint8Array[]
}

/** What the holdings are made with. */
export interface HoldingsInit {
  records: RecordStore
  mirrorAll: boolean
  isConnected: (peer: string) => boolean
  /** Called once for every space that is taken part in. */
  onSpace: (space: string) => void
  /** Called for every record of a peer that was newly kept. */
  onRecord: (record: StoredRecord) => void
}

/** What this node has of the catalogue: records and announcements, and which bases it follows. */
export class Holdings {
  readonly shelf: RecordShelf
  readonly announcements: Announcements
  readonly #following = new Set<string>()
  readonly #init: HoldingsInit

  constructor(init: HoldingsInit) {
    this.#init = init
    this.shelf = new RecordShelf(init.records)
    this.announcements = new Announcements(init.isConnected)
  }

  /** Counts what the store holds and follows the bases that its records are about. */
  async load(options?: AbortOptions): Promise<void> {
    this.#init.onSpace(BASES_SPACE)
    for (const base of await this.shelf.scan(options)) this.follow(base)
    if (!this.#init.mirrorAll) return
    for (const base of await this.shelf.bases(options)) this.follow(base)
  }

  /** Takes part in a base from now on. @returns false when too many are followed */
  follow(base: string): boolean {
    if (this.#following.has(base)) return true
    if (this.#following.size >= MAX_BASES) return false
    this.#following.add(base)
    this.#init.onSpace(base)
    return true
  }

  /** @returns ids of the bases that are followed */
  following(): string[] {
    return [...this.#following]
  }

  /** Whether this node takes part in a space of records. */
  follows(space: string): boolean {
    return space === BASES_SPACE || this.#following.has(space)
  }

  /** @returns the set of a space, or undefined when this node does not take part in it */
  async items(space: string, options?: AbortOptions): Promise<ItemSet | undefined> {
    if (space === PROVIDERS_SPACE) return this.announcements.items()
    return this.follows(space) ? this.shelf.items(space, options) : undefined
  }

  /** How many more items of a space are taken. */
  room(space: string): number {
    return space === PROVIDERS_SPACE ? MAX_ANNOUNCEMENTS : this.shelf.room(space)
  }

  /** @returns an envelope by the SHA-256 digest of its id */
  async read(
    shelf: Shelf,
    id: Uint8Array,
    options?: AbortOptions
  ): Promise<Uint8Array | undefined> {
    return shelf === 'records' ? this.shelf.read(id, options) : this.announcements.read(id)
  }

  /**
   * Verifies what a peer delivered and takes what is new and welcome.
   *
   * @returns the records that were new; announcements are only counted
   * @throws {CatalogueError} CATALOGUE_INVALID at the first that does not verify or was not asked for
   */
  async accept(
    shelf: Shelf,
    items: readonly Uint8Array[],
    delivery: Delivery
  ): Promise<{ taken: number; records: StoredRecord[] }> {
    const asked = delivery.asked && new Set(delivery.asked.map(hex))
    const records: StoredRecord[] = []
    let taken = 0
    for (const [place, item] of items.entries()) {
      if (place % ITEMS_A_TURN === 0) await setImmediate()
      if (shelf === 'announcements') {
        taken += (await this.#acceptAnnouncement(item, delivery, asked)) ? 1 : 0
      } else {
        const record = await this.#acceptRecord(item, delivery, asked)
        if (record !== undefined) records.push(record)
      }
    }
    return { taken: taken + records.length, records }
  }

  /**
   * Takes a record that was told on a space's topic, if it belongs there.
   *
   * @throws {ManifestError} when the envelope is no valid record
   */
  async acceptNews(space: string, item: Uint8Array, options: AbortOptions): Promise<Acceptance> {
    const wants = (each: string): boolean => each === space && this.follows(space)
    const acceptance = await this.shelf.accept(item, { wants }, options)
    if (acceptance.result === 'kept') this.#kept(acceptance.record)
    return acceptance
  }

  /** Keeps one record that a person asked for, whatever its base and the limits. */
  async adopt(envelope: Uint8Array, delivery: Delivery): Promise<StoredRecord> {
    const asked = delivery.asked && new Set(delivery.asked.map(hex))
    const { record } = await this.#verify(envelope, delivery, asked, () => false)
    if (await this.shelf.keep(record, delivery)) this.#init.onRecord(record)
    return record
  }

  async #acceptRecord(
    item: Uint8Array,
    delivery: Delivery,
    asked: Set<string> | undefined
  ): Promise<StoredRecord | undefined> {
    const wants = (space: string): boolean => this.follows(space)
    const { record, result } = await this.#verify(item, delivery, asked, wants)
    if (result !== 'kept') return undefined
    this.#kept(record)
    return record
  }

  #kept(record: StoredRecord): void {
    if (this.#init.mirrorAll && record.base !== undefined) this.follow(record.base)
    this.#init.onRecord(record)
  }

  async #verify(
    item: Uint8Array,
    delivery: Delivery,
    asked: Set<string> | undefined,
    wants: (space: string) => boolean
  ): Promise<Acceptance> {
    try {
      const check = (id: string): void => requireAsked(asked, digestOf(id))
      return await this.shelf.accept(item, { wants, check }, delivery)
    } catch (cause) {
      if (cause instanceof ManifestError || cause instanceof WireError)
        throw invalid(delivery.peer, cause)
      throw cause
    }
  }

  async #acceptAnnouncement(
    item: Uint8Array,
    delivery: Delivery,
    asked: Set<string> | undefined
  ): Promise<boolean> {
    try {
      const announcement = await parseAnnouncement(item, delivery)
      requireAsked(asked, announcement.id)
      return this.announcements.add(announcement)
    } catch (cause) {
      if (cause instanceof WireError) throw invalid(delivery.peer, cause)
      throw cause
    }
  }
}

/** A delivery of something else than was asked for could fill a space behind our back. */
function requireAsked(asked: Set<string> | undefined, id: Uint8Array | undefined): void {
  if (asked === undefined || (id !== undefined && asked.has(hex(id)))) return
  throw new WireError('something that was not asked for')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function invalid(peer: string, cause: Error): CatalogueError {
  const message = `peer ${peer} delivered what does not verify: ${cause.message}; nothing of it is kept`
  return new CatalogueError('CATALOGUE_INVALID', message, { details: { peer }, cause })
}
