import { CHUNK_SIZE_BYTES } from '@soup/manifest'
import { testKey } from '@soup/testing'
import { test } from 'tap'
import { CHUNKS_PROTOCOL } from '../src/chunks/protocol.ts'
import { createHost } from '../src/host.ts'
import {
  createExchange,
  type Exchange,
  type ExchangeEvent,
  type ExchangeInit
} from '../src/index.ts'
import { MemoryRecords } from './catalogue/network.ts'
import { dishonest, tell } from './liars.ts'
import { addPayload, holdsSame, MemoryChunks, patterned, type Teardown } from './network.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'
let seed = 0

interface Peer {
  exchange: Exchange
  chunks: MemoryChunks
  events: ExchangeEvent[]
}

async function startExchange(t: Teardown, init: Partial<ExchangeInit> = {}): Promise<Peer> {
  const chunks = new MemoryChunks()
  const events: ExchangeEvent[] = []
  const exchange = createExchange(
    { privateKey: await testKey(`exchange ${seed++}`), records: new MemoryRecords(), chunks },
    { listen: [LOOPBACK], bootstrap: [], onEvent: event => events.push(event), ...init }
  )
  await exchange.start()
  t.teardown(() => exchange.stop())
  return { exchange, chunks, events }
}

function hintTo({ exchange }: Peer): { peer: string; addresses: string[] } {
  return { peer: exchange.peerId, addresses: exchange.addresses() }
}

test('three nodes: two provide half each, the third dials them and gets all', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(12 * CHUNK_SIZE_BYTES + 5))
  const [a, b, c] = [await startExchange(t), await startExchange(t), await startExchange(t)]
  const leaves = source.puts.filter(cid => cid !== payload.root)
  for (const { chunks } of [a, b]) chunks.map.set(payload.root, source.map.get(payload.root)!)
  for (const [i, cid] of leaves.entries()) {
    const { chunks } = i < 6 ? a : b
    chunks.map.set(cid, source.map.get(cid)!)
  }
  const report = await c.exchange.fetchPayload(payload, [hintTo(a), hintTo(b)])
  t.ok(c.chunks.map.size === source.map.size && holdsSame(c.chunks, source))
  t.strictSame(
    report.providers.map(({ peer }) => peer).toSorted(),
    [a.exchange.peerId, b.exchange.peerId].toSorted()
  )
  t.ok(
    report.providers.every(({ bytes, rejected }) => bytes > 5 * CHUNK_SIZE_BYTES && rejected === 0)
  )
})

test('a connected peer is asked without being named', async t => {
  const [a, b] = [await startExchange(t), await startExchange(t)]
  const payload = await addPayload(a.chunks, patterned(1000))
  t.equal(await b.exchange.connect(a.exchange.addresses()[0]!), a.exchange.peerId)
  const report = await b.exchange.fetchPayload(payload, [])
  t.match(report.providers, [{ peer: a.exchange.peerId, bytes: 1000 }])
})

test('a lying peer is reported, banned, and made up for', async t => {
  const [honest, requester] = [await startExchange(t), await startExchange(t)]
  const payload = await addPayload(honest.chunks, patterned(3 * CHUNK_SIZE_BYTES))
  const liar = await createHost(await testKey('liar'), [LOOPBACK])
  await liar.start()
  t.teardown(() => liar.stop())
  await liar.handle(
    CHUNKS_PROTOCOL,
    dishonest(honest.chunks, (stream, chunk, index) => {
      chunk[0]! ^= 0xff
      return tell(stream, chunk, index)
    })
  )
  const peer = liar.peerId.toString()
  const lying = { peer, addresses: liar.getMultiaddrs().map(String) }
  await t.rejects(requester.exchange.fetchPayload(payload, [lying]), { code: 'EXCHANGE_CORRUPT' })
  t.match(requester.events, [{ kind: 'peer-banned', subject: peer }])
  const report = await requester.exchange.fetchPayload(payload, [lying, hintTo(honest)])
  t.strictSame(
    report.providers.map(each => each.peer),
    [honest.exchange.peerId]
  )
})

test('hints from strangers that lead nowhere do no harm', async t => {
  const [a, b] = [await startExchange(t), await startExchange(t)]
  const payload = await addPayload(a.chunks, patterned(1000))
  const report = await b.exchange.fetchPayload(payload, [
    { peer: 'nobody', addresses: ['nowhere'] },
    { peer: b.exchange.peerId, addresses: [] },
    { peer: a.exchange.peerId, addresses: ['/ip4/127.0.0.1/tcp/1', '', ...a.exchange.addresses()] }
  ])
  t.equal(report.bytes, 1000)
})

test('peers() describes who is connected', async t => {
  const [a, b] = [await startExchange(t), await startExchange(t)]
  await b.exchange.connect(a.exchange.addresses()[0]!)
  const [peer] = await b.exchange.peers()
  t.match(peer, {
    peer: a.exchange.peerId,
    addresses: [a.exchange.addresses()[0]],
    direction: 'outbound'
  })
  const payload = await addPayload(a.chunks, patterned(1))
  await b.exchange.fetchPayload(payload, []) // once it is served, a knows b
  t.match(await a.exchange.peers(), [{ peer: b.exchange.peerId, direction: 'inbound' }])
})

test('connect() says what is wrong', async t => {
  const { exchange } = await startExchange(t)
  await t.rejects(exchange.connect('nonsense'), { code: 'EXCHANGE_BAD_ADDRESS' })
  await t.rejects(exchange.connect('/ip4/127.0.0.1/tcp/1'), { code: 'EXCHANGE_DIAL_FAILED' })
  const other = await startExchange(t)
  const wrong = other.exchange.addresses()[0]!.replace(other.exchange.peerId, exchange.peerId)
  await t.rejects(exchange.connect(wrong), { code: 'EXCHANGE_DIAL_FAILED' })
})

test('start() succeeds although a bootstrap peer is down, and says so in one line', async t => {
  const told = Promise.withResolvers<ExchangeEvent>()
  const address = '/ip4/127.0.0.1/tcp/1'
  await startExchange(t, { bootstrap: [address], onEvent: told.resolve })
  t.match(await told.promise, { kind: 'bootstrap-failed', subject: address, message: /^[^\n]+$/ })
})

test('bootstrapped() settles when the bootstrap peers have been dialled, or the caller gives up', async t => {
  const a = await startExchange(t)
  const { exchange } = await startExchange(t, { bootstrap: a.exchange.addresses() })
  await exchange.bootstrapped()
  t.match(await exchange.peers(), [{ peer: a.exchange.peerId }])
  const reason = new Error('enough')
  await t.rejects(exchange.bootstrapped({ signal: AbortSignal.abort(reason) }), reason)
})

test('two nodes that share a bootstrap peer connect to it', async t => {
  const told = Promise.withResolvers<ExchangeEvent>()
  const a = await startExchange(t)
  const bootstrap = a.exchange.addresses()
  await startExchange(t, { bootstrap, onEvent: told.resolve })
  t.match(await told.promise, { kind: 'bootstrap-connected', subject: bootstrap[0] })
})

test('stop() ends a fetch that is under way, and the node can start again', async t => {
  const { exchange } = await startExchange(t)
  const silent = await createHost(await testKey('silent'), [LOOPBACK])
  await silent.start()
  t.teardown(() => silent.stop())
  const asked = Promise.withResolvers<void>()
  await silent.handle(CHUNKS_PROTOCOL, () => asked.resolve())
  const payload = await addPayload(new MemoryChunks(), patterned(1000))
  const addresses = silent.getMultiaddrs().map(String)
  const fetched = exchange.fetchPayload(payload, [{ peer: silent.peerId.toString(), addresses }])
  const rejected = t.rejects(fetched, { code: 'EXCHANGE_STOPPED' })
  await asked.promise
  await exchange.stop()
  await rejected
  t.throws(() => exchange.addresses(), TypeError)
  await exchange.start()
  t.equal(exchange.addresses().length, 1)
})

test('a port in use ends start() with nothing left running', async t => {
  const { exchange } = await startExchange(t)
  const listen = [exchange.addresses()[0]!.split('/p2p/')[0]!]
  const second = createExchange(
    {
      privateKey: await testKey('second'),
      records: new MemoryRecords(),
      chunks: new MemoryChunks()
    },
    { listen, bootstrap: [] }
  )
  await t.rejects(second.start(), { code: 'EXCHANGE_PORT_IN_USE' })
  t.throws(() => second.addresses(), TypeError)
})
