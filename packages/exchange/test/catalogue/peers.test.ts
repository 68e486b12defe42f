import { testKey } from '@soup/testing'
import { test } from 'tap'
import { signAnnouncement } from '../../src/catalogue/announcement.ts'
import { Announcements } from '../../src/catalogue/announcements.ts'
import { CatalogueError } from '../../src/catalogue/errors.ts'
import { MAX_PROVIDER_DIALS } from '../../src/catalogue/limits.ts'
import { PeerWatch } from '../../src/catalogue/peer-watch.ts'
import { Peers } from '../../src/catalogue/peers.ts'
import { startLiar } from './liars.ts'
import { startNode } from './network.ts'

const { signal } = new AbortController()

test('a few announced providers are dialled, and those that are gone do no harm', async t => {
  const { host } = await startLiar(t, () => {})
  const provider = await startNode(t)
  const book = new Announcements(() => false)
  const fields = { seq: 1, expires: Date.now() + 60_000, roots: [] }
  const own = provider.host.getMultiaddrs().map(String)
  book.add(await signAnnouncement({ ...fields, addresses: own }, provider.key))
  const nowhere = { ...fields, addresses: ['/memory/nobody-listens-here'] }
  for (let i = 0; i < MAX_PROVIDER_DIALS - 1; i++)
    book.add(await signAnnouncement(nowhere, await testKey(i)))
  const peers = new Peers(host, new PeerWatch())
  await peers.widen(book, signal)
  t.ok(peers.isConnected(provider.peer))
  t.strictSame(peers.connected(), [provider.peer])
})

test('an address at which another peer answers is not taken', async t => {
  const { host } = await startLiar(t, () => {})
  // the memory transport joins hosts of one process without a handshake: only TCP proves who answers
  const other = await startNode(t, {}, 'tcp')
  const address = other.host.getMultiaddrs().map(each => each.toString().replace(/\/p2p\/.*/, ''))
  const book = new Announcements(() => false)
  const fields = { seq: 1, expires: Date.now() + 60_000, roots: [], addresses: address }
  book.add(await signAnnouncement(fields, await testKey('somebody else')))
  const peers = new Peers(host, new PeerWatch())
  await peers.widen(book, signal)
  t.strictSame(peers.connected(), [])
})

test('a peer at fault is shunned; one that is gone is not', async t => {
  const { host } = await startLiar(t, () => {})
  const watch = new PeerWatch()
  const peers = new Peers(host, watch)
  peers.blame('slow', new CatalogueError('CATALOGUE_TIMEOUT', 'too slow'))
  peers.blame('liar', new CatalogueError('CATALOGUE_INVALID', 'a lie'))
  t.notOk(watch.isShunned('slow'))
  t.ok(watch.isShunned('liar'))
})
