import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { AbortOptions, ProgressOptions } from '@soup/interface'
import { checkAddress } from './address.ts'
import { Bootstrap, type BootstrapEvents } from './bootstrap.ts'
import { type Catalogue, createCatalogue } from './catalogue/index.ts'
import { Bans } from './chunks/bans.ts'
import { type FetchReport, fetchPayload, type WantedPayload } from './chunks/fetch.ts'
import { CHUNKS_PROTOCOL } from './chunks/protocol.ts'
import { ChunkServer } from './chunks/serve.ts'
import { firstLine, withinDialTime } from './dial.ts'
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
import { MAX_SERVED_STREAMS_PER_PEER } from './limits.ts'
import { describePeers } from './peers.ts'
import { candidatesOf } from './providers.ts'

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
    for (const address of [...init.listen, ...init.bootstrap]) checkAddress(address)
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
    const target = checkAddress(address)
    try {
      const connection = await this.#up.host.dial(target, {
        signal: withinDialTime(options.signal)
      })
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

  async bootstrapped({ signal }: AbortOptions = {}): Promise<void> {
    await Promise.race([this.#up.bootstrap.tried(), aborted(withinDialTime(signal))])
    signal?.throwIfAborted()
  }

  async peers(options: AbortOptions = {}): Promise<ConnectedPeer[]> {
    return describePeers(this.#up.host, options)
  }

  async fetchPayload(
    payload: WantedPayload,
    providers: readonly Provider[],
    options: ProgressOptions = {}
  ): Promise<FetchReport> {
    const { host, catalogue, stopping } = this.#up
    const signals = [stopping.signal, options.signal].filter(signal => signal !== undefined)
    const pull = fetchPayload(
      {
        chunks: this.#components.chunks,
        bans: this.#bans,
        onRejected: (peer, cid) =>
          this.#tell('peer-banned', peer, `peer ${peer} sent wrong bytes for chunk ${cid}`)
      },
      payload,
      candidatesOf(host, [...providers, ...catalogue.providersOf(payload.root)]),
      { ...options, signal: AbortSignal.any(signals) }
    )
    this.#pulls.add(pull)
    return pull.finally(() => this.#pulls.delete(pull))
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

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
