import { tensorsId } from '@soup/manifest'
import { signedBase, signedExpert } from '@soup/testing'
import { test } from 'tap'
import { signAnnouncement } from '../../src/catalogue/announcement.ts'
import { gossipMessageId, newsOf } from '../../src/catalogue/gossip.ts'
import { MAX_GOSSIP_BYTES } from '../../src/catalogue/limits.ts'
import { BASES_SPACE, GOSSIP, topicOf } from '../../src/catalogue/protocol.ts'
import { connect, listens, startNode, type TestNode } from './network.ts'

const TOPIC = topicOf(BASES_SPACE)

/** Three nodes in a row: what the last one hears, the one in the middle has passed on. */
async function row(t: Parameters<typeof startNode>[0]): Promise<[TestNode, TestNode, TestNode]> {
  const [a, b, c] = [await startNode(t), await startNode(t), await startNode(t)]
  await connect(a, b)
  await connect(b, c)
  await Promise.all([
    listens(a, b.peer, TOPIC),
    listens(b, c.peer, TOPIC),
    listens(b, a.peer, TOPIC)
  ])
  // gossip is passed on along the mesh, which forms with a heartbeat
  await new Promise(resolve =>
    b.host.services.pubsub.addEventListener('gossipsub:heartbeat', resolve, { once: true })
  )
  return [a, b, c]
}

const tell = (node: TestNode, type: number, bytes: Uint8Array): Promise<unknown> =>
  node.host.services.pubsub.publish(TOPIC, Uint8Array.of(type, ...bytes))

test('news is passed on when it verifies, and dropped when it does not', async t => {
  const [a, b, c] = await row(t)
  const [good, bad, elsewhere] = [
    await signedBase('1'),
    await signedBase('2'),
    await signedExpert('3', 'bafyreidykglsfhoixmivffc5uwhcgshx4j465xwqntbmu43nb2dzqwfvae')
  ]
  const tampered = bad.envelope.slice()
  tampered[tampered.length - 3] = (tampered[tampered.length - 3] as number) ^ 1
  const own = { seq: Date.now(), expires: Date.now() + 60_000, addresses: [], roots: [good.id] }
  const announcement = await signAnnouncement(own, a.key)
  await tell(a, GOSSIP.record, tampered)
  await tell(a, GOSSIP.record, elsewhere.envelope)
  await tell(a, GOSSIP.announcement, tampered)
  await tell(a, GOSSIP.recordId, Uint8Array.of(1, 2, 3))
  await tell(a, 0x42, good.envelope)
  await tell(a, GOSSIP.announcement, announcement.envelope)
  await tell(a, GOSSIP.record, good.envelope)
  await c.arrival(good.id)
  t.strictSame([...c.records.map.keys()], [good.id])
  t.strictSame([...b.records.map.keys()], [good.id], 'a record of another base is not kept either')
  t.equal(c.catalogue.providersOf(good.id)[0]?.peer, a.peer)
})

test('a record that is too large for gossip is told by its id and fetched', async t => {
  const [a, b] = [await startNode(t), await startNode(t)]
  await connect(a, b)
  await Promise.all([listens(a, b.peer, TOPIC), listens(b, a.peer, TOPIC)])
  const tensors = Array.from({ length: 2000 }, (_, n) => ({
    name: `layer.${n}.weight`,
    dtype: 'F32',
    shape: [1],
    sha256: 'ab'.repeat(32)
  }))
  const base = await signedBase('large', { tensors, base: tensorsId(tensors), bytes: 200_000 })
  t.ok(base.envelope.length > MAX_GOSSIP_BYTES)
  await a.catalogue.publish(base, [])
  await b.arrival(base.id)
  t.ok(b.records.map.has(base.id))
})

test('telling nobody is no failure', async t => {
  const node = await startNode(t)
  await t.resolves(node.catalogue.publish(await signedBase('1'), []))
})

test('the message id is the same whoever tells, and differs between topics', async t => {
  const message = { topic: 'a', data: Uint8Array.of(1) }
  t.strictSame(gossipMessageId(message), gossipMessageId({ ...message }))
  t.notSame(gossipMessageId(message), gossipMessageId({ ...message, topic: 'b' }))
})

test('newsOf() takes the record itself up to the limit', async t => {
  const digest = new Uint8Array(32)
  t.equal(newsOf(new Uint8Array(MAX_GOSSIP_BYTES - 1), digest).type, 'record')
  t.equal(newsOf(new Uint8Array(MAX_GOSSIP_BYTES), digest).type, 'recordId')
})
