import type { Libp2p, Logger } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Announcements } from './announcements.ts'
import { CatalogueClient } from './client.ts'
import { isFault } from './errors.ts'
import { FrameStream } from './frame-stream.ts'
import { DIAL_TIMEOUT_MS, MAX_PROVIDER_DIALS, MIN_CONNECTIONS } from './limits.ts'
import { dialable } from './own-provision.ts'
import type { PeerWatch } from './peer-watch.ts'
import { CATALOGUE_PROTOCOL } from './protocol.ts'

/** Opens catalogue streams to peers, and remembers those that broke the protocol. */
export class Peers {
  readonly #libp2p: Libp2p
  readonly #watch: PeerWatch
  readonly #log: Logger

  constructor(libp2p: Libp2p, watch: PeerWatch) {
    this.#libp2p = libp2p
    this.#watch = watch
    this.#log = libp2p.logger.forComponent('soup:catalogue')
  }

  /** @returns connected peers that may be asked */
  connected(): string[] {
    const peers = this.#libp2p.getPeers().map(String)
    return peers.filter(peer => !this.#watch.isShunned(peer))
  }

  /** Whether there is a connection to the peer. */
  isConnected(peer: string): boolean {
    return this.#libp2p.getPeers().some(each => each.toString() === peer)
  }

  /**
   * Runs an exchange with a peer over a stream of its own.
   *
   * @throws whatever `exchange` throws; a peer at fault is shunned from then on
   */
  async ask<T>(
    peer: string,
    signal: AbortSignal,
    exchange: (client: CatalogueClient) => Promise<T>
  ): Promise<T> {
    const stream = await this.#libp2p.dialProtocol(peerIdFromString(peer), CATALOGUE_PROTOCOL, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
    })
    const frames = new FrameStream(stream, peer)
    try {
      const result = await exchange(new CatalogueClient(frames))
      await frames.close({ signal })
      return result
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)))
      this.blame(peer, error)
      throw error
    }
  }

  /** Shuns a peer for an error that is its fault. */
  blame(peer: string, error: unknown): void {
    this.#log('exchange with %s failed - %e', peer, error)
    if (isFault(error)) this.#watch.shun(peer)
  }

  /** Connects to an address. @returns the peer there */
  async dial(addresses: readonly string[], signal: AbortSignal): Promise<string> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
    const targets = addresses.map(address => multiaddr(address))
    return (await this.#libp2p.dial(targets, { signal: limited })).remotePeer.toString()
  }

  /** Dials a few announced providers while connections are few, so that no peer holds all together. */
  async widen(announcements: Announcements, signal: AbortSignal): Promise<void> {
    if (this.#libp2p.getPeers().length >= MIN_CONNECTIONS) return
    const self = this.#libp2p.peerId.toString()
    const strangers = announcements
      .all()
      .filter(
        ({ peer }) => peer !== self && !this.isConnected(peer) && !this.#watch.isShunned(peer)
      )
      .map(dialable)
      .filter(addresses => addresses.length > 0)
    const chosen = shuffle(strangers).slice(0, MAX_PROVIDER_DIALS)
    const dials = chosen.map(addresses => this.dial(addresses, signal))
    for (const { status, ...rest } of await Promise.allSettled(dials)) {
      if (status === 'rejected') this.#log('an announced provider cannot be reached - %o', rest)
    }
  }
}

/** Everybody dials others, so that the network becomes no star around the latest provider. */
function shuffle<T>(items: readonly T[]): T[] {
  return items
    .map(item => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
