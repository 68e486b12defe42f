import type { Connection, Logger, Stream } from '@libp2p/interface'
import type { AbortOptions, ProgressOptions, StoredRecord } from '@soup/interface'
import { AnnouncementKeeper } from './announcement-keeper.ts'
import { CatalogueError } from './errors.ts'
import { fetchFrom } from './fetch-record.ts'
import { FrameStream } from './frame-stream.ts'
import { Gossip, newsOf } from './gossip.ts'
import { Holdings } from './holdings.ts'
import type {
  Catalogue,
  CatalogueComponents,
  CatalogueInit,
  Provider,
  SyncResult
} from './index.ts'
import { Judge } from './judge.ts'
import {
  ANNOUNCE_INTERVAL_MS,
  DEFAULT_SYNC_INTERVAL_MS,
  MAX_PARALLEL_ASKS,
  MAX_RELAYED_RECORDS,
  MAX_SERVED_STREAMS,
  MAX_STREAMS_PER_PEER,
  MAX_WAITING_STREAMS,
  SYNC_TIMEOUT_MS
} from './limits.ts'
import { dialable, OwnProvision } from './own-provision.ts'
import { PeerWatch } from './peer-watch.ts'
import { Peers } from './peers.ts'
import { CATALOGUE_PROTOCOL } from './protocol.ts'
import { digestOf } from './record-id.ts'
import { spaceOf } from './record-shelf.ts'
import { type Library, refuseBusy, serve } from './server.ts'
import { Slots } from './slots.ts'
import { type Moved, syncWith } from './sync.ts'
import { Tasks } from './tasks.ts'

/** The catalogue of one node: see {@link Catalogue}. */
export class CatalogueNode implements Catalogue {
  readonly #components: CatalogueComponents
  readonly #syncIntervalMs: number
  readonly #log: Logger
  readonly #watch = new PeerWatch()
  readonly #peers: Peers
  readonly #holdings: Holdings
  readonly #gossip: Gossip
  readonly #own: OwnProvision
  readonly #keeper: AnnouncementKeeper | undefined
  readonly #slots = new Slots(MAX_SERVED_STREAMS, MAX_WAITING_STREAMS)
  readonly #syncs = new Map<string, Promise<Moved>>()
  #tasks: Tasks | undefined
  #topology = ''

  constructor(components: CatalogueComponents, init: CatalogueInit) {
    const { libp2p, records, privateKey } = components
    this.#components = components
    this.#syncIntervalMs = init.syncIntervalMs ?? DEFAULT_SYNC_INTERVAL_MS
    this.#log = libp2p.logger.forComponent('soup:catalogue')
    this.#peers = new Peers(libp2p, this.#watch)
    this.#own = new OwnProvision(libp2p, privateKey)
    this.#keeper = components.state && new AnnouncementKeeper(components.state)
    this.#holdings = new Holdings({
      records,
      mirrorAll: init.mirrorAll ?? false,
      isConnected: peer => this.#peers.isConnected(peer),
      onSpace: space => this.#tasks && this.#gossip.join(space),
      onRecord: record => init.onRecord?.(record)
    })
    const judge = new Judge(this.#holdings, this.#peers, this.#watch)
    this.#gossip = new Gossip(libp2p.services.pubsub, (space, news, peer) =>
      judge.judge(space, news, { peer, signal: this.#signal() })
    )
  }

  async start(options?: AbortOptions): Promise<void> {
    if (this.#tasks !== undefined) return
    const { libp2p } = this.#components
    this.#tasks = new Tasks(error => this.#log('%e', error))
    for (const base of this.following()) this.#gossip.join(base)
    await this.#holdings.load(options)
    await this.#keeper?.load(this.#holdings.announcements)
    await libp2p.handle(
      CATALOGUE_PROTOCOL,
      (stream, connection) => this.#onStream(stream, connection),
      {
        maxInboundStreams: MAX_STREAMS_PER_PEER
      }
    )
    this.#topology = await libp2p.register(CATALOGUE_PROTOCOL, {
      onConnect: (peer, connection) => this.#onConnect(peer.toString(), connection)
    })
    this.#tasks.every(this.#syncIntervalMs, () => this.sync())
    this.#tasks.every(ANNOUNCE_INTERVAL_MS, () => this.#refresh())
    await this.#announce(options)
    if (libp2p.getPeers().length > 0) this.#tasks.run(() => this.sync())
  }

  async stop(): Promise<void> {
    const tasks = this.#tasks
    if (tasks === undefined) return
    this.#tasks = undefined
    const { libp2p } = this.#components
    libp2p.unregister(this.#topology)
    await libp2p.unhandle(CATALOGUE_PROTOCOL)
    this.#gossip.leaveAll()
    await tasks.stop()
    await this.#keeper?.save(this.#holdings.announcements)
  }

  follow(base: string): void {
    if (this.#holdings.follow(base)) return
    const message = `cannot follow base ${base}: too many bases are followed; restart to drop old ones`
    throw new CatalogueError('CATALOGUE_LIMIT', message, { details: { base } })
  }

  following(): string[] {
    return this.#holdings.following()
  }

  async sync({ signal, onProgress }: ProgressOptions = {}): Promise<SyncResult> {
    const result: SyncResult = { peers: 0, received: 0, sent: 0 }
    const report = (): void =>
      onProgress?.({ stage: 'sync records', done: result.received, unit: 'records' })
    report()
    const waiting = this.#peers.connected()
    const worker = async (): Promise<void> => {
      for (let peer = waiting.shift(); peer !== undefined; peer = waiting.shift()) {
        const moved = await this.#trySync(peer, signal)
        if (moved === undefined) continue
        result.peers += 1
        result.received += moved.received
        result.sent += moved.sent
        report()
      }
    }
    await Promise.all(Array.from({ length: MAX_PARALLEL_ASKS }, worker))
    this.#tasks?.run(own => this.#peers.widen(this.#holdings.announcements, own))
    return result
  }

  async publish(
    record: StoredRecord,
    roots: readonly string[],
    options?: AbortOptions
  ): Promise<void> {
    await this.#holdings.shelf.keep(record, options)
    if (record.base !== undefined) this.#holdings.follow(record.base)
    await this.#tell(record)
    if (roots.length > 0) await this.provide(record, roots, options)
  }

  async provide(
    record: StoredRecord,
    roots: readonly string[],
    options?: AbortOptions
  ): Promise<void> {
    this.#own.add(spaceOf(record), roots)
    await this.#announce(options)
  }

  providersOf(root: string): Provider[] {
    const self = this.#components.libp2p.peerId.toString()
    return this.#holdings.announcements
      .all()
      .filter(({ peer, roots }) => peer !== self && roots.includes(root))
      .map(announcement => ({ peer: announcement.peer, addresses: dialable(announcement) }))
  }

  async fetchRecord(
    id: string,
    from: readonly string[],
    options: AbortOptions = {}
  ): Promise<StoredRecord | undefined> {
    const known = await this.#holdings.shelf.get(id, options)
    const signal = AbortSignal.any([this.#signal(), ...(options.signal ? [options.signal] : [])])
    const record = known ?? (await fetchFrom(this.#peers, this.#holdings, id, { from, signal }))
    if (record?.base !== undefined) this.#holdings.follow(record.base)
    return record
  }

  /** A node that is killed keeps most of what it knew. */
  async #refresh(): Promise<void> {
    await this.#announce()
    await this.#keeper?.save(this.#holdings.announcements)
  }

  /** Ends when the node stops. */
  #signal(): AbortSignal {
    return this.#tasks?.signal ?? AbortSignal.abort(new Error('the catalogue is not started'))
  }

  async #trySync(peer: string, signal?: AbortSignal): Promise<Moved | undefined> {
    try {
      return await abortable(this.#syncPeer(peer), signal)
    } catch (error) {
      signal?.throwIfAborted()
      this.#log('no records exchanged with %s - %e', peer, error)
      return undefined
    }
  }

  /**
   * One reconciliation a peer at a time: whoever asks while records move shares it, also with a base that
   * was not followed when it began.
   */
  #syncPeer(peer: string): Promise<Moved> {
    const running = this.#syncs.get(peer)
    if (running !== undefined) return running
    const signal = AbortSignal.any([this.#signal(), AbortSignal.timeout(SYNC_TIMEOUT_MS)])
    const close = (): void => {
      if (this.#syncs.get(peer) === sync) this.#syncs.delete(peer)
    }
    const options = { peer, signal, onRecordsDone: close }
    const sync = this.#peers
      .ask(peer, signal, client => syncWith(client, this.#holdings, options))
      .finally(close)
    this.#syncs.set(peer, sync)
    this.#tasks?.run(() => sync)
    return sync
  }

  /** Who dialled asks; the other side is brought up to date by the same exchange. */
  #onConnect(peer: string, { direction }: Connection): void {
    if (direction !== 'outbound' || this.#watch.isShunned(peer)) return
    this.#tasks?.run(async signal => {
      await this.#syncPeer(peer)
      await this.#peers.widen(this.#holdings.announcements, signal)
    })
  }

  #onStream(stream: Stream, connection: Connection): void {
    const peer = connection.remotePeer.toString()
    if (this.#watch.isShunned(peer) || this.#tasks === undefined) {
      stream.abort(new Error('not answered for a while'))
      return
    }
    stream.pause()
    this.#tasks.run(signal => this.#serve(stream, peer, signal))
  }

  async #serve(stream: Stream, peer: string, ending: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(SYNC_TIMEOUT_MS)])
    const frames = new FrameStream(stream, peer)
    const release = await this.#slots.take(signal).catch(() => undefined)
    try {
      if (release === undefined) await refuseBusy(frames, signal)
      else await serve(frames, this.#library(), signal)
      await frames.close({ signal })
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)))
      this.#peers.blame(peer, error)
    } finally {
      release?.()
    }
  }

  #library(): Library {
    return {
      items: (space, signal) => this.#holdings.items(space, { signal }),
      read: (shelf, id, signal) => this.#holdings.read(shelf, id, { signal }),
      throttle: (peer, cost) => this.#watch.count(peer, cost),
      accept: async (shelf, items, from) => {
        const { taken, records } = await this.#holdings.accept(shelf, items, from)
        // Who handed over a few records had nobody else to tell; a bulk transfer is old news.
        if (records.length <= MAX_RELAYED_RECORDS)
          for (const each of records) await this.#tell(each)
        return taken
      }
    }
  }

  async #tell(record: StoredRecord): Promise<void> {
    const digest = digestOf(record.id)
    if (this.#tasks === undefined || digest === undefined) return
    await this.#gossip.tell(spaceOf(record), newsOf(record.envelope, digest))
  }

  async #announce(options?: AbortOptions): Promise<void> {
    if (this.#tasks === undefined) return
    const known = this.#holdings.announcements.of(this.#components.libp2p.peerId.toString())
    const announcement = await this.#own.announce(known, options)
    if (announcement === undefined) return
    this.#holdings.announcements.add(announcement)
    const { envelope } = announcement
    for (const space of this.#own.spaces()) {
      await this.#gossip.tell(space, { type: 'announcement', envelope })
    }
  }
}

/** Waits for a promise, but no longer than the caller wants to. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
