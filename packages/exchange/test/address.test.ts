import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { test } from 'tap'
import { addressesOf, checkAddress, parseAddress, parsePeer, peerOf } from '../src/address.ts'

const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
const other = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()

test('addressesOf() leaves out what leads elsewhere or nowhere', async t => {
  const usable = addressesOf(peer, [
    '/ip4/127.0.0.1/tcp/4001',
    `/ip4/127.0.0.1/tcp/4002/p2p/${peer}`,
    `/ip4/127.0.0.1/tcp/4003/p2p/${other}`,
    'http://127.0.0.1',
    '',
    `/ip4/127.0.0.1/tcp/4004${'/tcp/1'.repeat(10_000)}`
  ])
  t.strictSame(usable.map(String), [
    `/ip4/127.0.0.1/tcp/4001/p2p/${peer}`,
    `/ip4/127.0.0.1/tcp/4002/p2p/${peer}`
  ])
})

test('checkAddress() names what it cannot read', async t => {
  t.equal(checkAddress('/ip4/127.0.0.1/tcp/1').toString(), '/ip4/127.0.0.1/tcp/1')
  for (const text of [
    '',
    'localhost:4001',
    '/ip4/300.0.0.1/tcp/1',
    '/ip4/127.0.0.1/tcp/99999',
    '/ip4/127.0.0.1/tcp/1/p2p/xyz'
  ]) {
    t.throws(() => checkAddress(text), { code: 'EXCHANGE_BAD_ADDRESS' }, text)
  }
})

test('peerOf() gives the peer at the end of an address', async t => {
  t.equal(peerOf(checkAddress(`/ip4/127.0.0.1/tcp/1/p2p/${peer}`)), peer)
  t.equal(peerOf(checkAddress('/ip4/127.0.0.1/tcp/1')), undefined)
})

test('parsePeer() and parseAddress() give undefined for nonsense', async t => {
  t.equal(parsePeer(peer)?.toString(), peer)
  t.equal(parsePeer('nobody'), undefined)
  t.equal(parseAddress('nowhere'), undefined)
})
