import { signedBase } from '@soup/testing'
import { test } from 'tap'
import { PROVIDERS_SPACE } from '../../src/catalogue/protocol.ts'
import { digestOf } from '../../src/catalogue/record-id.ts'
import { answering, type Liar, serving, startLiar } from './liars.ts'
import { startNode, type TestNode } from './network.ts'

/** Peers that dial do not make the node ask them of its own accord. */
async function joinedBy(node: TestNode, ...peers: Liar[]): Promise<void> {
  for (const { host } of peers) await host.dial(node.host.getMultiaddrs())
}

test('who asks while records move shares the reconciliation that is under way', async t => {
  const node = await startNode(t)
  const peer = await answering(t, serving([], []))
  await joinedBy(node, peer)
  const results = await Promise.all([node.catalogue.sync(), node.catalogue.sync()])
  t.strictSame(results, Array(2).fill({ peers: 1, received: 0, sent: 0 }))
  t.equal(peer.streams, 1)
})

test('peers that fail do not count, and do not keep the others from it', async t => {
  const node = await startNode(t)
  const { id, envelope } = await signedBase('1')
  const liar = await answering(t, () => ({ type: 'put', taken: 0 }))
  const honest = await answering(t, serving([digestOf(id) ?? new Uint8Array()], [envelope]))
  await joinedBy(node, liar, honest)
  const counts: number[] = []
  const onProgress = ({ done }: { done: number }) => counts.push(done)
  t.match(await node.catalogue.sync({ onProgress }), { peers: 1, received: 1, sent: 0 })
  t.ok(node.records.map.has(id))
  t.strictSame(counts, [0, 1])
})

test('a peer that never answers holds up neither a caller who gives up nor the end', async t => {
  const node = await startNode(t)
  const liar = await startLiar(t, stream => stream.addEventListener('message', () => {}))
  await node.host.dial(liar.host.getMultiaddrs())
  const controller = new AbortController()
  const sync = node.catalogue.sync({ signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(sync, { message: 'enough' })
  await node.stop()
})

test('a base that is followed when a reconciliation is nearly over is in the next one', async t => {
  const node = await startNode(t)
  const base = (await signedBase('b')).base as string
  let second: Promise<unknown> | undefined
  const answer = serving([], [])
  const peer = await answering(t, request => {
    const isLast = request.type === 'reconcile' && request.space === PROVIDERS_SPACE
    if (isLast && second === undefined) {
      node.catalogue.follow(base)
      second = node.catalogue.sync()
    }
    return answer(request)
  })
  await node.host.dial(peer.host.getMultiaddrs())
  await node.catalogue.sync()
  await second
  t.ok(peer.requests.some(request => request.type === 'reconcile' && request.space === base))
})
