import type {
  AbortOptions,
  ByteSource,
  ChunkStore,
  ProgressOptions,
  RecordStore,
  Startable
} from '@soup/interface'
import type { JsonValue } from '@soup/manifest'

/** Records by id, found by the beginning of their id as well. */
export interface Records extends RecordStore {
  /**
   * Completes a shortened record id, as git does.
   *
   * @param prefix the id's first characters, or all of it
   * @returns the whole id, or undefined when no kept record's id begins so
   * @throws {StoreError} ID_AMBIGUOUS when several do, naming some of them
   */
  resolve(prefix: string, options?: AbortOptions): Promise<string | undefined>
  /** Like {@link resolve}, for the base ids that kept records name. */
  resolveBase(prefix: string, options?: AbortOptions): Promise<string | undefined>
}

/** A payload by its root. */
export interface StoredPayload {
  /** Root of the DAG, base32. */
  root: string
  /** Size in bytes. */
  sizeBytes: number
}

/** How much of a payload is kept. */
export interface PayloadState {
  /** Size of the whole payload. */
  sizeBytes: number
  /** Whether every chunk and every inner node is kept. */
  isComplete: boolean
  /** Sum of the sizes of the chunks that are kept. */
  haveBytes: number
}

/** Where a payload lies, in a form that can be posted to a worker thread. */
export interface LocatedPayload extends StoredPayload {
  /** The folder of chunk files, or the chunks themselves where the store has no files. */
  chunks: string | ReadonlyMap<string, Uint8Array>
}

/** Payloads as files, on top of their chunks. */
export interface Payloads {
  /**
   * Cuts a source into chunks and keeps it whole. Memory stays within a few chunks.
   *
   * @param source at most 1 TiB; stays open
   * @throws {StoreError} STORE_FULL
   */
  add(source: ByteSource, options?: ProgressOptions): Promise<StoredPayload>
  /**
   * Tells how much of a payload is kept; cheap once the payload is marked complete.
   *
   * @returns undefined when not even its root is kept, or what is kept is no payload
   */
  state(root: string, options?: AbortOptions): Promise<PayloadState | undefined>
  /**
   * Marks a payload complete, after a look at every chunk: the mark is durable, and never there before
   * the chunks are.
   *
   * @param sizeBytes what the payload's record promises
   * @throws {StoreError} PAYLOAD_INCOMPLETE when chunks are missing
   */
  complete(root: string, sizeBytes: number, options?: AbortOptions): Promise<void>
  /**
   * Opens a payload for reading, also an incomplete one.
   *
   * Every chunk is verified as it is read; a read that needs a missing or damaged one fails with
   * PAYLOAD_INCOMPLETE.
   *
   * @returns undefined when not even its root is kept
   */
  source(root: string, options?: AbortOptions): Promise<ByteSource | undefined>
  /**
   * Says where a payload lies, so that a worker thread can open it without the database.
   *
   * @returns undefined when not even its root is kept
   */
  locate(root: string, options?: AbortOptions): Promise<LocatedPayload | undefined>
}

/** Small JSON values by namespace and key: settings, announcements, whom to follow. */
export interface StateStore {
  /** @returns the value, or undefined when there is none */
  get(namespace: string, key: string, options?: AbortOptions): Promise<JsonValue | undefined>
  /** Keeps a value durably in place of the one before. */
  put(namespace: string, key: string, value: JsonValue, options?: AbortOptions): Promise<void>
  /** Forgets a value, if there is one. */
  delete(namespace: string, key: string, options?: AbortOptions): Promise<void>
  /** Lists keys and values in the order of the keys. */
  list(namespace: string, options?: AbortOptions): AsyncIterable<[key: string, value: JsonValue]>
}

/** What a node keeps. Nothing but `start` may be called before it has started. */
export interface Store extends Startable {
  /** Signed records. */
  readonly records: Records
  /** Chunks and inner nodes. */
  readonly chunks: ChunkStore
  /** Payloads made of them. */
  readonly payloads: Payloads
  /** Small values. */
  readonly state: StateStore
}
