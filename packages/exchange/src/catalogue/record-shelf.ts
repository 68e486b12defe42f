import { setImmediate } from 'node:timers/promises'
import type { AbortOptions, RecordFilter, RecordStore, StoredRecord } from '@soup/interface'
import { parseRecord } from '@soup/manifest'
import { MAX_RECORD_STORE_BYTES, MAX_RECORDS_PER_SPACE } from './limits.ts'
import { ItemSet } from './negentropy/item-set.ts'
import { BASES_SPACE } from './protocol.ts'
import { digestOf, recordIdOf } from './record-id.ts'

/** How long a space's set is served before the store is read again, in ms. */
const SET_AGE_MS = 5_000

/** Sets kept at once; the one read longest ago goes first. */
const MAX_SETS = 64

/** Records read before other work gets its turn: a few milliseconds. */
const RECORDS_A_TURN = 256

/** What became of a record that a peer handed over. */
export interface Acceptance {
  record: StoredRecord
  /** `refused`: its base is not followed, or a limit is reached; that is no fault of the peer. */
  result: 'kept' | 'known' | 'refused'
}

/** @returns the space that a record is exchanged in */
export function spaceOf(record: Pick<StoredRecord, 'kind' | 'base'>): string {
  return record.kind === 'base' ? BASES_SPACE : (record.base ?? BASES_SPACE)
}

/** The record store as the catalogue sees it: sets of ids by space, and a door with limits. */
export class RecordShelf {
  readonly #records: RecordStore
  readonly #sets = new Map<string, { set: ItemSet; builtAt: number }>()
  readonly #counts = new Map<string, number>()
  #storeBytes = 0

  constructor(records: RecordStore) {
    this.#records = records
  }

  /** Counts what the store holds. @returns the bases that records other than base records are about */
  async scan(options?: AbortOptions): Promise<Set<string>> {
    const bases = new Set<string>()
    this.#counts.clear()
    this.#storeBytes = 0
    for await (const record of this.#list({}, options)) {
      this.#count(record)
      if (spaceOf(record) !== BASES_SPACE) bases.add(spaceOf(record))
    }
    return bases
  }

  /** @returns ids of the base records that the store holds */
  async bases(options?: AbortOptions): Promise<Set<string>> {
    const bases = new Set<string>()
    for await (const { base } of this.#list({ kind: 'base' }, options)) {
      if (base !== undefined) bases.add(base)
    }
    return bases
  }

  /**
   * The ids of a space as a set to reconcile. All timestamps are 0: `created` is a claim, recipes and
   * kinds of the future have none, and ids alone order a set just as well.
   */
  async items(space: string, options?: AbortOptions): Promise<ItemSet> {
    const cached = this.#sets.get(space)
    if (cached !== undefined && Date.now() - cached.builtAt < SET_AGE_MS) return cached.set
    const items: { timestamp: number; id: Uint8Array }[] = []
    const filter = space === BASES_SPACE ? {} : { base: space }
    for await (const record of this.#list(filter, options)) {
      const id = spaceOf(record) === space ? digestOf(record.id) : undefined
      if (id !== undefined) items.push({ timestamp: 0, id })
    }
    const set = new ItemSet(items)
    this.#remember(space, set)
    return set
  }

  /** @returns the envelope of the record with this digest, or undefined when it is not kept */
  async read(digest: Uint8Array, options?: AbortOptions): Promise<Uint8Array | undefined> {
    return (await this.#records.get(recordIdOf(digest), options))?.envelope
  }

  /** @returns the record, or undefined when it is not kept */
  async get(id: string, options?: AbortOptions): Promise<StoredRecord | undefined> {
    return this.#records.get(id, options)
  }

  /** How many more records of a space are taken from peers. */
  room(space: string): number {
    if (this.#storeBytes >= MAX_RECORD_STORE_BYTES) return 0
    return Math.max(0, MAX_RECORDS_PER_SPACE - (this.#counts.get(space) ?? 0))
  }

  /**
   * Verifies an envelope of a peer, and keeps the record where its space is wanted and has room.
   *
   * @param door `wants` says whether records of a space are taken; `check` throws for an unwelcome id
   * @throws {ManifestError} when the envelope is no valid record
   */
  async accept(
    envelope: Uint8Array,
    door: { wants: (space: string) => boolean; check?: (id: string) => void },
    options?: AbortOptions
  ): Promise<Acceptance> {
    // A copy: a view would keep the whole frame in memory for as long as the record is.
    const bytes = new Uint8Array(envelope)
    const { id, kind, base } = await parseRecord(bytes, options)
    door.check?.(id)
    const record = { id, kind, base, envelope: bytes }
    if ((await this.#records.get(id, options)) !== undefined) return { record, result: 'known' }
    const space = spaceOf(record)
    if (!door.wants(space) || this.room(space) === 0) return { record, result: 'refused' }
    return { record, result: (await this.keep(record, options)) ? 'kept' : 'known' }
  }

  /** Keeps a verified record, whatever the limits. @returns false when it was there already */
  async keep(record: StoredRecord, options?: AbortOptions): Promise<boolean> {
    const isNew = await this.#records.put(record, options)
    if (isNew) this.#count(record)
    // Also a record that is not new may be missing in a set: others write to the store too.
    this.#sets.delete(spaceOf(record))
    return isNew
  }

  /** Lists the store, and lets other work have its turn also where the store is in memory. */
  async *#list(filter: RecordFilter, options?: AbortOptions): AsyncIterable<StoredRecord> {
    let place = 0
    for await (const record of this.#records.list(filter, options)) {
      if (++place % RECORDS_A_TURN === 0) await setImmediate()
      yield record
    }
  }

  #count(record: StoredRecord): void {
    const space = spaceOf(record)
    this.#counts.set(space, (this.#counts.get(space) ?? 0) + 1)
    this.#storeBytes += record.envelope.length
  }

  #remember(space: string, set: ItemSet): void {
    this.#sets.delete(space)
    this.#sets.set(space, { set, builtAt: Date.now() })
    const oldest = this.#sets.keys().next().value
    if (this.#sets.size > MAX_SETS && oldest !== undefined) this.#sets.delete(oldest)
  }
}
