import type { AbortOptions } from './options.ts'

/** A verified record as a store keeps it: opaque bytes under their id, with what it is looked up by. */
export interface StoredRecord {
  /** CIDv1 (dag-cbor, sha2-256) of the record's payload, base32. */
  id: string
  /** `base`, `expert`, `recipe`, `evaluation`, `revocation`, or a kind of the future. */
  kind: string
  /** Id of the base that the record is about (of a base record: its own base id). */
  base: string | undefined
  /** The signed envelope. */
  envelope: Uint8Array
}

/** Which records to list; an absent field matches everything. */
export interface RecordFilter {
  kind?: string | undefined
  base?: string | undefined
}

/** Records by id. Whoever puts a record has verified it. */
export interface RecordStore {
  /** Keeps a record durably. @returns false when it was there already */
  put(record: StoredRecord, options?: AbortOptions): Promise<boolean>
  /** @returns the record, or undefined when it is not kept */
  get(id: string, options?: AbortOptions): Promise<StoredRecord | undefined>
  /** Lists records in the order of their ids. */
  list(filter?: RecordFilter, options?: AbortOptions): AsyncIterable<StoredRecord>
}

/** Chunks and inner nodes of payload DAGs by CID (base32). Whoever puts a chunk has verified it. */
export interface ChunkStore {
  /** @returns whether the chunk is kept */
  has(cid: string, options?: AbortOptions): Promise<boolean>
  /** @returns the bytes, which belong to the caller, or undefined when the chunk is not kept */
  get(cid: string, options?: AbortOptions): Promise<Uint8Array | undefined>
  /** Keeps a chunk durably: either whole or not at all. */
  put(cid: string, bytes: Uint8Array, options?: AbortOptions): Promise<void>
}
