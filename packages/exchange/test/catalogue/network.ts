import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import type { RecordFilter, RecordStore, StoredRecord } from '@soup/interface'
import { type Catalogue, type CatalogueInit, createCatalogue } from '../../src/catalogue/index.ts'
import { createHost, type Host } from '../../src/host.ts'

/** Registers clean-up, as `t.teardown` of tap does. */
export interface Teardown {
  teardown(fn: () => unknown): void
}

/** Records in a map. */
export class MemoryRecords implements RecordStore {
  readonly map: Map<string, StoredRecord> = new Map()

  async put(record: StoredRecord): Promise<boolean> {
    const isNew = !this.map.has(record.id)
    if (isNew) this.map.set(record.id, record)
    return isNew
  }

  async get(id: string): Promise<StoredRecord | undefined> {
    return this.map.get(id)
  }

  async *list(filter: RecordFilter = {}): AsyncIterable<StoredRecord> {
    for (const id of [...this.map.keys()].sort()) {
      const record = this.map.get(id) as StoredRecord
      const { kind, base } = filter
      if ((kind ?? record.kind) === record.kind && (base ?? record.base) === record.base)
        yield record
    }
  }
}

/** Everything of one node. */
export interface TestNode {
  host: Host
  key: PrivateKey
  peer: string
  records: MemoryRecords
  catalogue: Catalogue
  /** Resolves once the record is kept. */
  arrival(id: string): Promise<void>
  stop(): Promise<void>
}

let names = 0

/** A running node with a catalogue. Background rounds are off unless asked for. */
export async function startNode(
  t: Teardown,
  init: CatalogueInit = {},
  kind: 'memory' | 'tcp' = 'memory'
): Promise<TestNode> {
  const key = await generateKeyPair('Ed25519')
  const listen = kind === 'tcp' ? '/ip4/127.0.0.1/tcp/0' : `/memory/catalogue-${names++}`
  const host = await createHost(key, [listen])
  const records = new MemoryRecords()
  const waiting = new Map<string, () => void>()
  const onRecord = (record: StoredRecord): void => {
    waiting.get(record.id)?.()
    init.onRecord?.(record)
  }
  const settings = { syncIntervalMs: 3_600_000, ...init, onRecord }
  const catalogue = createCatalogue({ libp2p: host, records, privateKey: key }, settings)
  await host.start()
  await catalogue.start()
  const stop = async (): Promise<void> => {
    await catalogue.stop()
    await host.stop()
  }
  t.teardown(stop)
  const arrival = (id: string): Promise<void> => {
    if (records.map.has(id)) return Promise.resolve()
    return new Promise(resolve => waiting.set(id, resolve))
  }
  return { host, key, peer: host.peerId.toString(), records, catalogue, arrival, stop }
}

/** Connects one node to another. */
export async function connect(from: TestNode, to: TestNode): Promise<void> {
  await from.host.dial(to.host.getMultiaddrs())
}

/** Resolves once `node` has a connection to `peer`. */
export async function connected(node: TestNode, peer: string): Promise<void> {
  const isThere = (): boolean => node.host.getPeers().some(each => each.toString() === peer)
  while (!isThere()) {
    await new Promise(resolve =>
      node.host.addEventListener('peer:connect', resolve, { once: true })
    )
  }
}

/** Resolves once `node` knows that `peer` listens to a gossip topic. */
export async function listens(node: TestNode, peer: string, topic: string): Promise<void> {
  const { pubsub } = node.host.services
  while (!pubsub.getSubscribers(topic).some(each => each.toString() === peer)) {
    await new Promise(resolve =>
      pubsub.addEventListener('subscription-change', resolve, { once: true })
    )
  }
}
