import { signedBase, signedExpert } from '@soup/testing'
import { test } from 'tap'
import { MAX_RECONCILE_ROUNDS } from '../../src/catalogue/limits.ts'
import { digestOf } from '../../src/catalogue/record-id.ts'
import { answering, serving, startLiar } from './liars.ts'
import { connect, startNode } from './network.ts'

const digest = (id: string): Uint8Array => digestOf(id) ?? new Uint8Array(32)

test('records travel both ways, and a second round has nothing to do', async t => {
  const [a, b] = [await startNode(t), await startNode(t)]
  const [one, two] = [await signedBase('1'), await signedBase('2')]
  await a.records.put(one)
  await b.records.put(two)
  const experts = await Promise.all(
    Array.from({ length: 300 }, (_, n) => signedExpert(n, one.base as string))
  )
  for (const expert of experts) await a.records.put(expert)
  a.catalogue.follow(one.base as string)
  b.catalogue.follow(one.base as string)
  await connect(b, a)
  const first = await b.catalogue.sync()
  t.same(first, { peers: 1, received: 301, sent: 1 })
  t.equal(a.records.map.size, 302)
  t.equal(b.records.map.size, 302)
  t.same(await b.catalogue.sync(), { peers: 1, received: 0, sent: 0 })
})

test('a peer that delivers a tampered record is not asked again, and nothing is kept', async t => {
  const node = await startNode(t)
  const base = await signedBase('b')
  const tampered = base.envelope.slice()
  tampered[tampered.length - 3] = (tampered[tampered.length - 3] as number) ^ 1
  const liar = await answering(t, serving([digest(base.id)], [tampered]))
  await node.host.dial(liar.host.getMultiaddrs())
  t.equal((await node.catalogue.sync()).peers, 0)
  t.equal(node.records.map.size, 0)
  const { streams } = liar
  t.ok(streams > 0)
  await node.catalogue.sync()
  t.equal(liar.streams, streams, 'no further stream was opened')
})

test('a peer that delivers another record than was asked for is at fault', async t => {
  const node = await startNode(t)
  const [asked, other] = [await signedBase('1'), await signedBase('2')]
  const liar = await answering(t, serving([digest(asked.id)], [other.envelope]))
  await node.host.dial(liar.host.getMultiaddrs())
  t.equal((await node.catalogue.sync()).peers, 0)
  t.equal(node.records.map.size, 0)
})

test('a reconciliation that never ends is ended', async t => {
  const node = await startNode(t)
  await node.records.put(await signedBase('1'))
  // bound infinity, mode fingerprint, one that nothing has.
  const message = Uint8Array.from([0x61, 0, 0, 1, ...new Uint8Array(16).fill(9)])
  const liar = await answering(t, () => ({ type: 'reconcile', message }))
  await node.host.dial(liar.host.getMultiaddrs())
  t.equal((await node.catalogue.sync()).peers, 0)
  t.equal(liar.requests.length, MAX_RECONCILE_ROUNDS)
})

test('a peer that invents ids costs a bounded number of requests', async t => {
  const node = await startNode(t)
  let next = 0
  const invent = (): Uint8Array => {
    const id = new Uint8Array(32)
    new DataView(id.buffer).setUint32(0, ++next)
    return id
  }
  const ids = Array.from({ length: 20_000 }, invent)
  const liar = await answering(t, serving(ids, []))
  await node.host.dial(liar.host.getMultiaddrs())
  t.same(await node.catalogue.sync(), { peers: 1, received: 0, sent: 0 })
  t.ok(liar.requests.length < 100, `${liar.requests.length} requests`)
})

for (const [what, bytes] of [
  ['an oversized frame', [0xff, 0xff, 0xff, 0xff, 0x7f]],
  ['bytes that are no frame', new Array(16).fill(0xff)],
  ['an unknown answer', [1, 0x42]],
  ['an answer to another question', [2, 0x83, 0]],
  ['a malformed reconciliation', [3, 0x81, 0x61, 0x00]]
] as const) {
  test(`a peer that answers with ${what} is shunned`, async t => {
    const node = await startNode(t)
    const liar = await startLiar(t, stream => {
      stream.addEventListener('message', () => stream.send(Uint8Array.from(bytes)))
    })
    await node.host.dial(liar.host.getMultiaddrs())
    t.equal((await node.catalogue.sync()).peers, 0)
    const { streams } = liar
    t.ok(streams > 0)
    await node.catalogue.sync()
    t.equal(liar.streams, streams)
  })
}
