/**
 * Peers and what passes between them: an encrypted, multiplexed host, payload chunks from several
 * providers at once, the catalogue of records, announcements and bootstrap.
 *
 * Bytes stay opaque here: chunks are checked against their ids, records by `@soup/manifest`, and
 * what they mean is for others. Nothing that a peer sends can stop the process: its faults end its own
 * stream, and are reported as {@link ExchangeError}.
 *
 * @packageDocumentation
 */
import type { PrivateKey } from '@libp2p/interface'
import type {
  AbortOptions,
  ChunkStore,
  ProgressOptions,
  RecordStore,
  Startable
} from '@soup/interface'

import type { Catalogue, CatalogueInit, CatalogueState, Provider } from './catalogue/index.ts'
import type { FetchReport, WantedPayload } from './chunks/fetch.ts'
import { ExchangeNode } from './exchange.ts'

export { checkAddress } from './address.ts'
export {
  type Catalogue,
  CatalogueError,
  type CatalogueInit,
  type CatalogueState,
  type Provider,
  type SyncResult
} from './catalogue/index.ts'
export type { FetchReport, ProviderReport, WantedPayload } from './chunks/fetch.ts'
export { ExchangeError } from './errors.ts'
export { loadIdentity } from './identity.ts'
export { checkPrivate } from './secret.ts'

/** A peer that we are connected to. */
export interface ConnectedPeer {
  peer: string
  /** Addresses of the open connections. */
  addresses: string[]
  /** Who dialled. */
  direction: 'inbound' | 'outbound'
  /** Round-trip time, once it has been measured. */
  rttMs?: number
  /** What the peer says it runs. */
  agent?: string
}

/** Something that a person who runs a node wants to read, as one line. */
export interface ExchangeEvent {
  kind: 'bootstrap-connected' | 'bootstrap-failed' | 'peer-banned'
  /** Address or peer that the event is about. */
  subject: string
  message: string
}

/** What the exchange works with. */
export interface ExchangeComponents {
  /** The node's identity. */
  privateKey: PrivateKey
  /** Records that the catalogue serves and adds to. */
  records: RecordStore
  /** Chunks that are served to peers, and where fetched ones go. */
  chunks: ChunkStore
  /** Keeps announcements over a restart; without it they are fetched again. */
  state?: CatalogueState | undefined
}

/** Settings of the exchange, those of the catalogue included. */
export interface ExchangeInit extends CatalogueInit {
  /** Multiaddrs to listen on; none makes a node that only dials. */
  listen: readonly string[]
  /** Multiaddrs of peers to stay connected to, each ending in `/p2p/PEER`. */
  bootstrap: readonly string[]
  /** Called with what happens in the background. Must not throw. */
  onEvent?: ((event: ExchangeEvent) => void) | undefined
}

/** A node's place in the network. */
export interface Exchange extends Startable {
  /** Our own peer id. */
  readonly peerId: string
  /** Records: which exist, and who provides their payloads. Only while the exchange runs. */
  readonly catalogue: Catalogue
  /** Multiaddrs under which we can be reached, each ending in `/p2p/PEER`. */
  addresses(): string[]
  /**
   * Connects to a peer.
   *
   * @param address a multiaddr; one that ends in `/p2p/PEER` accepts no other identity
   * @returns the peer's id
   * @throws {ExchangeError} `EXCHANGE_BAD_ADDRESS`, `EXCHANGE_DIAL_FAILED`
   */
  connect(address: string, options?: AbortOptions): Promise<string>
  /**
   * Waits until every bootstrap address has been dialled once, or for as long as a dial may take: a node
   * that was just started knows nobody before. Whether anybody answered, {@link peers} tells.
   */
  bootstrapped(options?: AbortOptions): Promise<void>
  /** Lists the peers that we are connected to. */
  peers(options?: AbortOptions): Promise<ConnectedPeer[]>
  /**
   * Brings a payload into the chunk store, from several peers at once, every chunk verified first.
   *
   * Asks the given providers, then those that the catalogue knows, then connected peers. Chunks that the
   * store holds are not fetched again, so an interrupted fetch goes on where it stopped.
   *
   * @throws {ExchangeError} `EXCHANGE_NO_PROVIDER` when nobody who can be reached has the rest;
   *   `EXCHANGE_CORRUPT` when the only peers that offered it sent wrong bytes; `EXCHANGE_BAD_PAYLOAD`
   *   when the payload is not what the record promises
   */
  fetchPayload(
    payload: WantedPayload,
    providers: readonly Provider[],
    options?: ProgressOptions
  ): Promise<FetchReport>
}

/**
 * A node of the network, not started. It can be started again after a stop; what it offers besides
 * {@link Exchange.peerId} is there only in between.
 *
 * @param components identity and stores
 * @param init addresses and settings
 * @throws {ExchangeError} `EXCHANGE_BAD_ADDRESS`; its `start` throws `EXCHANGE_PORT_IN_USE` and
 *   `EXCHANGE_LISTEN_FAILED`, and never waits for a bootstrap peer
 */
export function createExchange(components: ExchangeComponents, init: ExchangeInit): Exchange {
  return new ExchangeNode(components, init)
}
