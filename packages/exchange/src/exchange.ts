import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { AbortOptions, ProgressOptions } from '@soup/interface'
import { addressesOf, parsePeer, refuseAddress } from './address.ts'
import { Bootstrap, type BootstrapEvents } from './bootstrap.ts'
import { type Catalogue, createCatalogue } from './catalogue/index.ts'
import { Bans } from './chunks/bans.ts'
import { type FetchReport, fetchPayload, type WantedPayload } from './chunks/fetch.ts'
import { CHUNKS_PROTOCOL } from './chunks/protocol.ts'
import type { Candidate } from './chunks/pull.ts'
import { ChunkServer } from './chunks/serve.ts'
import { ExchangeError } from './errors.ts'
import { createHost, type Host, startHost } from './host.ts'
import type {
  ConnectedPeer,
  Exchange,
  ExchangeComponents,
  ExchangeEvent,
  ExchangeInit,
  Provider
} from './index.ts'
import { MAX_CANDIDATES, MAX_DIAL_MS, MAX_SERVED_STREAMS_PER_PEER } from './limits.ts'

/** What exists between start and stop. */
interface Running {
  readonly host: Host
  readonly catalogue: Catalogue
  readonly server: ChunkServer
  readonly bootstrap: Bootstrap
  readonly stopping: AbortController
}

/** Wires the host, the chunk server, pulls, the catalogue and the bootstrap loop. */
export class ExchangeNode implements Exchange {
  readonly peerId: string
  readonly #components: ExchangeComponents
  readonly #init: ExchangeInit
  readonly #bans = new Bans()
  readonly #pulls = new Set<Promise<unknown>>()
  #running: Running | undefined

  constructor(components: ExchangeComponents, init: ExchangeInit) {
    for (const address of [...init.listen, ...init.bootstrap]) refuseAddress(address)
    this.peerId = peerIdFromPrivateKey(components.privateKey).toString()
    this.#components = components
    this.#init = init
  }

  get catalogue(): Catalogue {
    return this.#up.catalogue
  }

  async start(options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    if (this.#running !== undefined) throw new TypeError('The exchange is running')
    const { listen, bootstrap } = this.#init
    const host = await createHost(this.#components.privateKey, listen)
    const server = new ChunkServer(this.#components.chunks)
    this.#running = {
      host,
      server,
      catalogue: createCatalogue({ ...this.#components, libp2p: host }, this.#init),
      bootstrap: new Bootstrap(host, bootstrap, this.#bootstrapEvents()),
      stopping: new AbortController()
    }
    try {
      await host.handle(CHUNKS_PROTOCOL, (stream, peer) => server.handle(stream, peer), {
        maxInboundStreams: MAX_SERVED_STREAMS_PER_PEER
      })
      await startHost(host, listen)
      await this.#running.catalogue.start(options)
      this.#running.bootstrap.start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(options?: AbortOptions): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    running.stopping.abort(new ExchangeError('EXCHANGE_STOPPED', 'The node is stopping'))
    await Promise.allSettled(this.#pulls)
    await running.bootstrap.stop()
    try {
      await running.catalogue.stop(options)
    } finally {
      running.server.stop()
      await running.host.stop()
    }
  }

  addresses(): string[] {
    return this.#up.host.getMultiaddrs().map(address => address.toString())
  }

  async connect(address: string, options: AbortOptions = {}): Promise<string> {
    const target = refuseAddress(address)
    try {
      const connection = await this.#up.host.dial(target, { signal: this.#within(options.signal) })
      return connection.remotePeer.toString()
    } catch (cause) {
      options.signal?.throwIfAborted()
      throw new ExchangeError(
        'EXCHANGE_DIAL_FAILED',
        `Cannot connect to ${address}: ${firstLine(cause)}. Is the peer running, and is the address right?`,
        { details: { address }, cause }
      )
    }
  }

  async peers(options: AbortOptions = {}): Promise<ConnectedPeer[]> {
    return Promise.all(this.#up.host.getPeers().map(peer => this.#describe(peer, options)))
  }

  async fetchPayload(
    payload: WantedPayload,
    providers: readonly Provider[],
    options: ProgressOptions = {}
  ): Promise<FetchReport> {
    const signals = [this.#up.stopping.signal, options.signal].filter(
      signal => signal !== undefined
    )
    const pull = fetchPayload(
      {
        chunks: this.#components.chunks,
        bans: this.#bans,
        onRejected: (peer, cid) =>
          this.#tell('peer-banned', peer, `peer ${peer} sent wrong bytes for chunk ${cid}`)
      },
      payload,
      this.#candidates(payload.root, providers),
      { ...options, signal: AbortSignal.any(signals) }
    )
    this.#pulls.add(pull)
    return pull.finally(() => this.#pulls.delete(pull))
  }

  /** The caller's providers, then those that announced the root, then whoever is connected. */
  #candidates(root: string, providers: readonly Provider[]): Candidate[] {
    const known = new Map<string, string[]>()
    const connected = this.#up.host
      .getPeers()
      .map(peer => ({ peer: peer.toString(), addresses: [] }))
    for (const provider of [...providers, ...this.#up.catalogue.providersOf(root), ...connected]) {
      if (provider.peer === this.peerId) continue
      if (known.size === MAX_CANDIDATES && !known.has(provider.peer)) continue
      const addresses = known.get(provider.peer) ?? []
      known.set(provider.peer, [...addresses, ...provider.addresses])
    }
    return [...known].map(([peer, addresses]) => ({
      peer,
      open: signal => this.#open(peer, addresses, signal)
    }))
  }

  async #open(peer: string, addresses: readonly string[], stop: AbortSignal): Promise<Stream> {
    const id = parsePeer(peer)
    if (id === undefined) throw new ExchangeError('EXCHANGE_BAD_ADDRESS', 'has no valid peer id')
    const signal = this.#within(stop)
    try {
      const connection = await this.#reach(id, addresses, signal)
      return await connection.newStream(CHUNKS_PROTOCOL, { signal })
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'UnsupportedProtocolError') throw cause
      throw new ExchangeError('EXCHANGE_DIAL_FAILED', `cannot be reached: ${firstLine(cause)}`, {
        cause
      })
    }
  }

  async #reach(id: PeerId, addresses: readonly string[], signal: AbortSignal): Promise<Connection> {
    const open = this.#up.host.getConnections(id).find(connection => connection.status === 'open')
    if (open !== undefined) return open
    const usable = addressesOf(id.toString(), addresses)
    return this.#up.host.dial(usable.length > 0 ? usable : id, { signal })
  }

  async #describe(id: PeerId, options: AbortOptions): Promise<ConnectedPeer> {
    const connections = this.#up.host.getConnections(id)
    const first = connections[0]
    const agent = await this.#agentOf(id, options)
    return {
      peer: id.toString(),
      addresses: connections.map(connection => connection.remoteAddr.toString()),
      direction: first?.direction ?? 'outbound',
      ...(first?.rtt === undefined ? {} : { rttMs: first.rtt }),
      ...(agent === undefined ? {} : { agent })
    }
  }

  async #agentOf(id: PeerId, options: AbortOptions): Promise<string | undefined> {
    if (!(await this.#up.host.peerStore.has(id, signalOnly(options)))) return undefined
    const { metadata } = await this.#up.host.peerStore.get(id, signalOnly(options))
    const agent = metadata.get('AgentVersion')
    return agent === undefined ? undefined : printable(agent)
  }

  #within(signal: AbortSignal | undefined): AbortSignal {
    const timeout = AbortSignal.timeout(MAX_DIAL_MS)
    return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  }

  get #up(): Running {
    if (this.#running === undefined) throw new TypeError('The exchange is not running')
    return this.#running
  }

  #bootstrapEvents(): BootstrapEvents {
    return {
      onConnected: address =>
        this.#tell('bootstrap-connected', address, `connected to bootstrap peer ${address}`),
      onFailed: (address, reason, isFirst) => {
        if (!isFirst) return
        const message = `bootstrap peer ${address} cannot be reached, trying on in the background: ${reason}`
        this.#tell('bootstrap-failed', address, message)
      }
    }
  }

  #tell(kind: ExchangeEvent['kind'], subject: string, message: string): void {
    this.#init.onEvent?.({ kind, subject, message })
  }
}

/** A peer's name for itself as it may go to a terminal: one short line without control characters. */
function printable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 128)).replace(/\p{C}/gu, '?')
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? ''
}

/** libp2p's options do not admit a signal that is there but undefined. */
function signalOnly({ signal }: AbortOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
