import { testKey } from '@soup/testing'
import { test } from 'tap'
import { createHost } from '../src/host.ts'
import { MAX_CANDIDATES } from '../src/limits.ts'
import { candidatesOf } from '../src/providers.ts'
import { MemoryChunks, startNode, startProvider } from './network.ts'

const forever = new AbortController().signal

test('candidatesOf() lists each peer once, hints first, and never ourselves', async t => {
  const [ours, connected] = [await startNode(t), await startProvider(t, new MemoryChunks())]
  await ours.dial(connected.getMultiaddrs())
  const [self, other] = [ours.peerId.toString(), connected.peerId.toString()]
  const hints = ['a', self, 'b', 'a'].map(peer => ({ peer, addresses: [] }))
  t.strictSame(
    candidatesOf(ours, hints).map(({ peer }) => peer),
    ['a', 'b', other]
  )
  t.equal(candidatesOf(ours, [{ peer: other, addresses: ['x'] }]).length, 1)
})

test('candidatesOf() takes no endless list', async t => {
  const host = await startNode(t)
  const hints = Array.from({ length: 10_000 }, (_, i) => ({ peer: `${i}`, addresses: [] }))
  t.equal(candidatesOf(host, hints).length, MAX_CANDIDATES)
})

test('open() uses the connection that is there, or dials', async t => {
  const provider = await startProvider(t, new MemoryChunks())
  const host = await startNode(t)
  const hint = { peer: provider.peerId.toString(), addresses: provider.getMultiaddrs().map(String) }
  const dialled = await candidatesOf(host, [hint])[0]!.open(forever)
  t.equal(dialled.protocol, '/soup/chunks/1.0.0')
  await candidatesOf(host, [])[0]!.open(forever)
  t.equal(host.getConnections().length, 1)
})

test('open() says why a peer cannot be asked', async t => {
  const host = await startNode(t)
  const down = await createHost(await testKey('down'), [])
  const peer = down.peerId.toString()
  const [invalid] = candidatesOf(host, [{ peer: 'nobody', addresses: [] }])
  await t.rejects(invalid!.open(forever), { code: 'EXCHANGE_BAD_ADDRESS' })
  const [unknown] = candidatesOf(host, [{ peer, addresses: [] }])
  await t.rejects(unknown!.open(forever), { code: 'EXCHANGE_DIAL_FAILED' })
  const plain = await startNode(t)
  await host.dial(plain.getMultiaddrs())
  const [unable] = candidatesOf(host, [])
  await t.rejects(unable!.open(forever), { name: 'UnsupportedProtocolError' })
})
