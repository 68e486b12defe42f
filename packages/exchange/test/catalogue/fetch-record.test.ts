import { signedBase, signedExpert } from '@soup/testing'
import { test } from 'tap'
import { answering } from './liars.ts'
import { connect, startNode } from './network.ts'

const addresses = (node: { host: { getMultiaddrs(): unknown[] } }): string[] =>
  node.host.getMultiaddrs().map(String)

test('a ticket brings a record over TCP, and its base is followed', async t => {
  const [a, b] = [await startNode(t, {}, 'tcp'), await startNode(t, {}, 'tcp')]
  const { base } = await signedBase('1')
  const expert = await signedExpert('e', base as string)
  await a.catalogue.publish(expert, [])
  const fetched = await b.catalogue.fetchRecord(expert.id, addresses(a))
  t.equal(fetched?.id, expert.id)
  t.ok(b.records.map.has(expert.id))
  t.strictSame(b.catalogue.following(), [base])
})

test('without addresses the connected peers are asked', async t => {
  const [a, b] = [await startNode(t), await startNode(t)]
  const base = await signedBase('1')
  await connect(b, a)
  await b.catalogue.sync()
  await a.records.put(base)
  t.equal((await b.catalogue.fetchRecord(base.id, []))?.id, base.id)
  const other = await signedBase('2')
  t.equal(await b.catalogue.fetchRecord(other.id, []), undefined, 'nobody has it')
})

test('where nobody answers at the addresses, the connected peers are asked', async t => {
  const [a, b] = [await startNode(t), await startNode(t)]
  const base = await signedBase('1')
  await connect(b, a)
  await b.catalogue.sync()
  await a.records.put(base)
  t.equal((await b.catalogue.fetchRecord(base.id, ['/memory/nobody']))?.id, base.id)
})

test('a peer that answers with another record is passed over', async t => {
  const [honest, node] = [await startNode(t), await startNode(t)]
  const [asked, other] = [await signedBase('1'), await signedBase('2')]
  const liar = await answering(t, () => ({ type: 'get', done: 1, items: [other.envelope] }))
  await honest.records.put(asked)
  const from = [...addresses(liar), ...addresses(honest)]
  t.equal((await node.catalogue.fetchRecord(asked.id, from))?.id, asked.id)
  t.notOk(node.records.map.has(other.id))
})

test('without a peer there is a way out in the error', async t => {
  const node = await startNode(t)
  const { id } = await signedBase('1')
  await t.rejects(node.catalogue.fetchRecord(id, []), {
    code: 'CATALOGUE_UNREACHABLE',
    message: /connect to a peer/
  })
  await t.rejects(node.catalogue.fetchRecord(id, ['/memory/nobody']), {
    code: 'CATALOGUE_UNREACHABLE'
  })
})

test('a record that is here is not fetched', async t => {
  const node = await startNode(t)
  const base = await signedBase('1')
  await node.records.put(base)
  t.equal((await node.catalogue.fetchRecord(base.id, []))?.id, base.id)
})
