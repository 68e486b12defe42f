import { testKey } from '@soup/testing'
import { test } from 'tap'
import { createHost } from '../src/host.ts'
import { MAX_STRANGERS } from '../src/limits.ts'
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

test('candidatesOf() lists connected peers however many strangers are named', async t => {
  const [ours, named, unnamed] = [
    await startNode(t),
    await startProvider(t, new MemoryChunks()),
    await startProvider(t, new MemoryChunks())
  ]
  await ours.dial(unnamed.getMultiaddrs())
  await ours.dial(named.getMultiaddrs())
  const strangers = Array.from({ length: MAX_STRANGERS + 1 }, (_, i) => `${i}`)
  const peers = [...strangers, named.peerId.toString()]
  const hints = peers.map(peer => ({ peer, addresses: [] }))
  t.strictSame(
    candidatesOf(ours, hints).map(({ peer }) => peer),
    [named.peerId.toString(), ...strangers.slice(0, MAX_STRANGERS), unnamed.peerId.toString()],
    'those that are named come first, for they need no dialling'
  )
})

test('candidatesOf() takes no endless list', async t => {
  const host = await startNode(t)
  const hints = Array.from({ length: 10_000 }, (_, i) => ({ peer: `${i}`, addresses: [] }))
  t.equal(candidatesOf(host, hints).length, MAX_STRANGERS)
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
