import type { Connection } from '@libp2p/interface'
import type { AbortOptions, ProgressOptions, StoredRecord } from '@soup/interface'
import { AnnouncementKeeper } from './announcement-keeper.ts'
import { CatalogueError } from './errors.ts'
import { fetchFrom } from './fetch-record.ts'
import { Gossip, newsOf } from './gossip.ts'
import { Holdings } from './holdings.ts'
import { Inbound } from './inbound.ts'
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
  MAX_RELAYED_RECORDS,
  MAX_STREAMS_PER_PEER
} from './limits.ts'
import { dialable, OwnProvision } from './own-provision.ts'
import { PeerWatch } from './peer-watch.ts'
import { Peers } from './peers.ts'
import { CATALOGUE_PROTOCOL } from './protocol.ts'
import { digestOf } from './record-id.ts'
import { spaceOf } from './record-shelf.ts'
import { Syncs } from './syncs.ts'
import { Tasks } from './tasks.ts'

/** What exists between start and stop. */
interface Running {
  readonly tasks: Tasks
  readonly syncs: Syncs
  readonly inbound: Inbound
}

/** The catalogue of one node: see {@link Catalogue}. Wires its parts and tells the network what is new. */
export class CatalogueNode implements Catalogue {
  readonly #components: CatalogueComponents
  readonly #syncIntervalMs: number
  readonly #watch = new PeerWatch()
  readonly #peers: Peers
  readonly #holdings: Holdings
  readonly #gossip: Gossip
  readonly #own: OwnProvision
  readonly #keeper: AnnouncementKeeper | undefined
  #running: Running | undefined
  #topology = ''

  constructor(components: CatalogueComponents, init: CatalogueInit) {
    const { libp2p, records, privateKey } = components
    this.#components = components
    this.#syncIntervalMs = init.syncIntervalMs ?? DEFAULT_SYNC_INTERVAL_MS
    this.#peers = new Peers(libp2p, this.#watch)
    this.#own = new OwnProvision(libp2p, privateKey)
    this.#keeper = components.state && new AnnouncementKeeper(components.state)
    this.#holdings = new Holdings({
      records,
      mirrorAll: init.mirrorAll ?? false,
      isConnected: peer => this.#peers.isConnected(peer),
      onSpace: space => this.#running && this.#gossip.join(space),
      onRecord: record => init.onRecord?.(record)
    })
    const judge = new Judge(this.#holdings, this.#peers, this.#watch)
    this.#gossip = new Gossip(libp2p.services.pubsub, (space, news, peer) =>
      judge.judge(space, news, { peer, signal: this.#signal() })
    )
  }

  async start(options?: AbortOptions): Promise<void> {
    if (this.#running !== undefined) return
    const { libp2p } = this.#components
    const { tasks, inbound } = this.#begin()
    for (const base of this.following()) this.#gossip.join(base)
    await this.#holdings.load(options)
    await this.#keeper?.load(this.#holdings.announcements)
    await libp2p.handle(
      CATALOGUE_PROTOCOL,
      (stream, connection) => inbound.handle(stream, connection),
      { maxInboundStreams: MAX_STREAMS_PER_PEER }
    )
    this.#topology = await libp2p.register(CATALOGUE_PROTOCOL, {
      onConnect: (peer, connection) => this.#onConnect(peer.toString(), connection)
    })
    tasks.every(this.#syncIntervalMs, () => this.sync())
    tasks.every(ANNOUNCE_INTERVAL_MS, () => this.#refresh())
    await this.#announce(options)
    if (libp2p.getPeers().length > 0) tasks.run(() => this.sync())
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    const { libp2p } = this.#components
    libp2p.unregister(this.#topology)
    await libp2p.unhandle(CATALOGUE_PROTOCOL)
    this.#gossip.leaveAll()
    await running.tasks.stop()
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

  async sync(options?: ProgressOptions): Promise<SyncResult> {
    const { syncs, tasks } = this.#running ?? {}
    const result = await syncs?.withAll(options)
    tasks?.run(signal => this.#peers.widen(this.#holdings.announcements, signal))
    return result ?? { peers: 0, received: 0, sent: 0 }
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

  #begin(): Running {
    const log = this.#components.libp2p.logger.forComponent('soup:catalogue')
    const tasks = new Tasks(error => log('%e', error))
    const parts = { peers: this.#peers, holdings: this.#holdings, watch: this.#watch, tasks, log }
    const onRecords = (records: readonly StoredRecord[]) => this.#relay(records)
    this.#running = {
      tasks,
      syncs: new Syncs(parts),
      inbound: new Inbound({ ...parts, onRecords })
    }
    return this.#running
  }

  /** Ends when the node stops. */
  #signal(): AbortSignal {
    return (
      this.#running?.tasks.signal ?? AbortSignal.abort(new Error('the catalogue is not started'))
    )
  }

  /** Who dialled asks; the other side is brought up to date by the same exchange. */
  #onConnect(peer: string, { direction }: Connection): void {
    if (direction !== 'outbound' || this.#watch.isShunned(peer)) return
    const { tasks, syncs } = this.#running ?? {}
    tasks?.run(async signal => {
      await syncs?.withPeer(peer)
      await this.#peers.widen(this.#holdings.announcements, signal)
    })
  }

  /** Who handed over a few records had nobody else to tell; a bulk transfer is old news. */
  async #relay(records: readonly StoredRecord[]): Promise<void> {
    if (records.length > MAX_RELAYED_RECORDS) return
    for (const record of records) await this.#tell(record)
  }

  async #tell(record: StoredRecord): Promise<void> {
    const digest = digestOf(record.id)
    if (this.#running === undefined || digest === undefined) return
    await this.#gossip.tell(spaceOf(record), newsOf(record.envelope, digest))
  }

  /** A node that is killed keeps most of what it knew. */
  async #refresh(): Promise<void> {
    await this.#announce()
    await this.#keeper?.save(this.#holdings.announcements)
  }

  async #announce(options?: AbortOptions): Promise<void> {
    if (this.#running === undefined) return
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
