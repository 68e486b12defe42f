import { signedBase, signedExpert } from '@soup/testing'
import { test } from 'tap'
import { CATALOGUE_PROTOCOL, topicOf } from '../../src/catalogue/protocol.ts'
import { connect, connected, listens, startNode } from './network.ts'

test('a late joiner that knows one mirror gets bases, experts and providers', async t => {
  const [a, mirror, late] = [
    await startNode(t),
    await startNode(t, { mirrorAll: true }),
    await startNode(t)
  ]
  const base = await signedBase('b')
  const expert = await signedExpert('e', base.base as string)
  const { root } = expert.record.payload
  await a.catalogue.publish(base, [])
  await a.catalogue.publish(expert, [root])
  await connect(a, mirror)
  await mirror.arrival(expert.id)

  await connect(late, mirror)
  const first = await late.catalogue.sync()
  t.equal(first.peers, 1)
  t.ok(late.records.map.has(base.id), 'the base record is there')
  t.notOk(late.records.map.has(expert.id), 'experts of a base that is not followed are not taken')

  late.catalogue.follow(base.base as string)
  await late.catalogue.sync()
  t.ok(late.records.map.has(expert.id), 'experts of a followed base are')
  const [provider] = late.catalogue.providersOf(root)
  t.equal(provider?.peer, a.peer)
  t.ok(provider?.addresses[0]?.endsWith(`/p2p/${a.peer}`))
})

test('when the coordinator stops, a late joiner still hears of new records and knows the provider', async t => {
  const [a, coordinator, c] = [
    await startNode(t),
    await startNode(t, { mirrorAll: true }),
    await startNode(t)
  ]
  const base = await signedBase('b')
  const baseId = base.base as string
  const [first, second, third] = await Promise.all(
    ['1', '2', '3'].map(n => signedExpert(n, baseId))
  )
  if (!first || !second || !third) throw new Error('three experts are made')
  await a.catalogue.publish(base, [])
  await a.catalogue.publish(first, [first.record.payload.root])
  await connect(a, coordinator)
  await coordinator.arrival(first.id)

  c.catalogue.follow(baseId)
  await connect(c, coordinator)
  await c.catalogue.sync()
  await connected(c, a.peer)
  await listens(a, c.peer, topicOf(baseId))
  await coordinator.stop()

  await a.catalogue.publish(second, [second.record.payload.root])
  await c.arrival(second.id)
  t.pass('by gossip')

  await a.records.put(third)
  const { received } = await c.catalogue.sync()
  t.equal(received, 1, 'by reconciliation')
  t.strictSame(
    c.catalogue.providersOf(second.record.payload.root).map(({ peer }) => peer),
    [a.peer]
  )
})

test('periodic reconciliation finds what nobody told', async t => {
  const [a, b] = [await startNode(t), await startNode(t, { syncIntervalMs: 20 })]
  await connect(b, a)
  const base = await signedBase('1')
  await a.records.put(base)
  await b.arrival(base.id)
  t.ok(b.records.map.has(base.id))
})

test('who pulled becomes a provider, and who republishes after a restart is known again', async t => {
  const [a, b, c] = [await startNode(t), await startNode(t), await startNode(t, {}, 'tcp')]
  const base = await signedBase('1', {
    payload: { root: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku', bytes: 3 }
  })
  const root = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
  await a.catalogue.publish(base, [root])
  await connect(b, a)
  await b.catalogue.sync()
  await b.catalogue.provide(base, [root])
  t.strictSame(
    b.catalogue.providersOf(root).map(({ peer }) => peer),
    [a.peer],
    'a node does not name itself'
  )
  await a.catalogue.sync()
  t.strictSame(
    a.catalogue.providersOf(root).map(({ peer }) => peer),
    [b.peer]
  )
  t.strictSame(c.catalogue.providersOf(root), [])
})

test('stop() leaves no handler, no topic and no timer; a stopped catalogue can start again', async t => {
  const [a, b] = [await startNode(t), await startNode(t)]
  await connect(a, b)
  await a.catalogue.sync()
  await a.catalogue.stop()
  await a.catalogue.stop()
  t.notOk(a.host.getProtocols().includes(CATALOGUE_PROTOCOL))
  t.strictSame(a.host.services.pubsub.getTopics(), [])
  t.equal(a.host.services.pubsub.topicValidators.size, 0)
  await a.catalogue.start()
  await connect(a, b)
  t.equal((await a.catalogue.sync()).peers, 1)
})
