import { signedBase, signedExpert } from '@soup/testing'
import { test } from 'tap'
import { topicOf } from '../../src/catalogue/protocol.ts'
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
