import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { testKey } from '@soup/testing'
import { test } from 'tap'
import { MAX_ROOTS } from '../../src/catalogue/limits.ts'
import { dialable, OwnProvision } from '../../src/catalogue/own-provision.ts'
import { recordIdOf } from '../../src/catalogue/record-id.ts'

const root = (n: number): string => {
  const digest = new Uint8Array(32)
  new DataView(digest.buffer).setUint32(0, n)
  return recordIdOf(digest)
}

async function make(): Promise<{ own: OwnProvision; peer: string }> {
  const key = await testKey('a')
  const peerId = peerIdFromPrivateKey(key)
  const getMultiaddrs = () => [multiaddr(`/ip4/127.0.0.1/tcp/4001/p2p/${peerId}`)]
  return { own: new OwnProvision({ peerId, getMultiaddrs }, key), peer: peerId.toString() }
}

test('who provides nothing announces nothing', async t => {
  const { own } = await make()
  t.equal(await own.announce(undefined), undefined)
})

test('every announcement is later than the one before', async t => {
  const { own, peer } = await make()
  own.add('space', [root(1)])
  const [first, second] = [await own.announce(undefined), await own.announce(undefined)]
  const future = first && { ...first, seq: Date.now() + 1_000_000 }
  t.equal((await own.announce(future))?.seq, (future?.seq ?? 0) + 1, 'also after a clock went back')
  t.match(first, { peer, roots: [root(1)], addresses: ['/ip4/127.0.0.1/tcp/4001'] })
  t.ok((second?.seq ?? 0) > (first?.seq ?? 0))
  t.strictSame(first && dialable(first), [`/ip4/127.0.0.1/tcp/4001/p2p/${peer}`])
})

test('past the limit the latest roots are announced', async t => {
  const { own } = await make()
  own.add(
    'space',
    Array.from({ length: MAX_ROOTS + 5 }, (_, n) => root(n))
  )
  own.add('space', [root(0)])
  const roots = (await own.announce(undefined))?.roots ?? []
  t.equal(roots.length, MAX_ROOTS)
  t.equal(roots.at(-1), root(0))
  t.notOk(roots.includes(root(1)))
})

test('an address that names another peer is not dialled', async t => {
  const { peer } = await make()
  const other = '12D3KooWJjbRkp8FPF5SKgMhMuvPZBEfFbYsvvHBhBdVn4ABXFAR'
  const addresses = [
    `/ip4/1.2.3.4/tcp/1/p2p/${other}`,
    '/ip4/1.2.3.4/tcp/2',
    `/ip4/1.2.3.4/tcp/3/p2p/${other}/p2p-circuit`
  ]
  t.strictSame(dialable({ peer, addresses }), [
    `/ip4/1.2.3.4/tcp/2/p2p/${peer}`,
    `/ip4/1.2.3.4/tcp/3/p2p/${other}/p2p-circuit/p2p/${peer}`
  ])
})
