import { test } from 'tap'
import { describePeers } from '../src/peers.ts'
import { startNode } from './network.ts'

test('describePeers() shows connections, and only printable names', async t => {
  const [ours, theirs] = [await startNode(t), await startNode(t)]
  t.strictSame(await describePeers(ours), [])
  await ours.dial(theirs.getMultiaddrs())
  const AgentVersion = new TextEncoder().encode(`evil\u001b[2J${'x'.repeat(500)}`)
  await ours.peerStore.merge(theirs.peerId, { metadata: { AgentVersion } })
  const [peer] = await describePeers(ours)
  t.match(peer, {
    peer: theirs.peerId.toString(),
    addresses: theirs.getMultiaddrs().map(String),
    direction: 'outbound'
  })
  t.match(peer?.agent, /^(evil\?\[2Jx+|soup\/1)$/)
  t.ok((peer?.agent?.length ?? 0) <= 128)
})
