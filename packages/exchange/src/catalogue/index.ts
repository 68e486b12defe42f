/**
 * The catalogue: which records exist, base by base, and who provides their payloads.
 *
 * Gossip tells those who listen about new records and providers; range-based set reconciliation, with
 * every new peer, now and then, and on demand, tells everybody else. Any connected peer can bring a late
 * joiner up to date, also one that holds no payload at all.
 *
 * @packageDocumentation
 */
import type { GossipSub } from '@libp2p/gossipsub'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import type {
  AbortOptions,
  ProgressOptions,
  RecordStore,
  Startable,
  StoredRecord
} from '@soup/interface'
import { CatalogueNode } from './catalogue.ts'

/** The libp2p services that the catalogue uses; identify must run as well. */
interface CatalogueServices extends Record<string, unknown> {
  /** Carries announcements. Its message id is `gossipMessageId`, so that news told twice is one message. */
  pubsub: GossipSub
}

/** Small JSON values by namespace and key, for what outlives the process. */
export interface CatalogueState {
  /** Replaces a value. */
  put(namespace: string, key: string, value: string): Promise<void>
  /** Removes a value. */
  delete(namespace: string, key: string): Promise<void>
  /** Lists a namespace. */
  list(namespace: string): AsyncIterable<[key: string, value: unknown]>
}

/** What the catalogue works with. */
export interface CatalogueComponents {
  /** The node; started before the catalogue and stopped after it. */
  libp2p: Libp2p<CatalogueServices>
  /** Where verified records are kept. */
  records: RecordStore
  /** Signs this node's provider announcements. Must be the key of `libp2p.peerId`. */
  privateKey: PrivateKey
  /** Keeps announcements of others over a restart; without it they are fetched again. */
  state?: CatalogueState | undefined
}

/** Settings of the catalogue. */
export interface CatalogueInit {
  /** Follow every base that anybody publishes, as a coordinator does. */
  mirrorAll?: boolean | undefined
  /** Called for every record of a peer that was verified and newly kept. Must not throw. */
  onRecord?: ((record: StoredRecord) => void) | undefined
  /** Time between two rounds of reconciliation with every connected peer, in ms. */
  syncIntervalMs?: number | undefined
}

/** Somebody who said that they hold a payload. */
export interface Provider {
  /** Peer id, as text. */
  peer: string
  /** Where the peer says that it listens, most useful first; may be empty. */
  addresses: string[]
}

/** What a reconciliation brought about. */
export interface SyncResult {
  /** How many peers answered. */
  peers: number
  /** Records that this node did not have. */
  received: number
  /** Records that a peer did not have and took. */
  sent: number
}

/** A node's view of which records exist and who provides their payloads. */
export interface Catalogue extends Startable {
  /** Takes part in the exchange of a base's records from now on. @throws {RangeError} past the limit */
  follow(base: string): void
  /** @returns ids of the bases that are followed, in the order in which they were */
  following(): string[]
  /** Reconciles with every connected peer; peers that fail are left out of the count. */
  sync(options?: ProgressOptions): Promise<SyncResult>
  /** Keeps this node's own new record, tells the network and announces that it provides `roots`. */
  publish(record: StoredRecord, roots: readonly string[], options?: AbortOptions): Promise<void>
  /** Announces that this node provides these payloads of a record: after a complete pull or a restart. */
  provide(record: StoredRecord, roots: readonly string[], options?: AbortOptions): Promise<void>
  /** @returns peers that announced the payload root, the latest announcement first; never this node */
  providersOf(root: string): Provider[]
  /**
   * Fetches one record by its id and keeps it: from the given addresses, or where there are none from
   * the connected peers. Its base is followed from then on.
   *
   * @returns undefined when every peer that was asked answered that it does not have the record
   * @throws {CatalogueError} CATALOGUE_UNREACHABLE when no peer answered
   */
  fetchRecord(
    id: string,
    from: readonly string[],
    options?: AbortOptions
  ): Promise<StoredRecord | undefined>
}

/**
 * A catalogue over a libp2p node.
 *
 * @param components the node, the record store, the key and perhaps a place for announcements
 * @param init settings
 * @returns a catalogue that does nothing until it is started
 */
export function createCatalogue(
  components: CatalogueComponents,
  init: CatalogueInit = {}
): Catalogue {
  return new CatalogueNode(components, init)
}

export { CatalogueError } from './errors.ts'
