import { signedBase, signedExpert, testKey } from '@soup/testing'
import { test } from 'tap'
import { signAnnouncement } from '../../src/catalogue/announcement.ts'
import { Holdings } from '../../src/catalogue/holdings.ts'
import { Judge } from '../../src/catalogue/judge.ts'
import { RATE_BURST } from '../../src/catalogue/limits.ts'
import { PeerWatch } from '../../src/catalogue/peer-watch.ts'
import { Peers } from '../../src/catalogue/peers.ts'
import { BASES_SPACE } from '../../src/catalogue/protocol.ts'
import { startLiar } from './liars.ts'
import { MemoryRecords } from './network.ts'

async function make(t: Parameters<typeof startLiar>[0]) {
  const { host } = await startLiar(t, () => {})
  const records = new MemoryRecords()
  const nothing = (): void => {}
  const init = {
    records,
    mirrorAll: false,
    isConnected: () => true,
    onSpace: nothing,
    onRecord: nothing
  }
  const holdings = new Holdings(init)
  const watch = new PeerWatch()
  return { records, watch, judge: new Judge(holdings, new Peers(host, watch), watch) }
}

const origin = { peer: 'somebody', signal: new AbortController().signal }

test('a valid record of the topic is accepted, again too; what does not verify is rejected', async t => {
  const { judge, records } = await make(t)
  const { envelope } = await signedBase('1')
  t.equal(await judge.judge(BASES_SPACE, { type: 'record', envelope }, origin), 'accept')
  t.equal(await judge.judge(BASES_SPACE, { type: 'record', envelope }, origin), 'accept')
  const junk = Uint8Array.of(1)
  t.equal(await judge.judge(BASES_SPACE, { type: 'record', envelope: junk }, origin), 'reject')
  t.equal(
    await judge.judge(BASES_SPACE, { type: 'announcement', envelope: junk }, origin),
    'reject'
  )
  t.equal(records.map.size, 1)
})

test('a record on the topic of another space is rejected', async t => {
  const { judge, records } = await make(t)
  const { envelope } = await signedExpert('1', (await signedBase('1')).base as string)
  t.equal(await judge.judge(BASES_SPACE, { type: 'record', envelope }, origin), 'reject')
  t.equal(records.map.size, 0)
})

test('an announcement is passed on once, and never after a later one', async t => {
  const { judge } = await make(t)
  const now = Date.now()
  const sign = async (seq: number) => {
    const fields = { seq, expires: now + 60_000, addresses: [], roots: [] }
    const { envelope } = await signAnnouncement(fields, await testKey('a'))
    return { type: 'announcement', envelope } as const
  }
  const [old, latest] = [await sign(now), await sign(now + 1)]
  t.equal(await judge.judge(BASES_SPACE, latest, origin), 'accept')
  t.equal(await judge.judge(BASES_SPACE, latest, origin), 'ignore')
  t.equal(await judge.judge(BASES_SPACE, old, origin), 'ignore')
})

test('a peer that tells too fast, or lied before, is not listened to', async t => {
  const { judge, watch } = await make(t)
  const news = { type: 'record', envelope: (await signedBase('1')).envelope } as const
  for (let i = 0; i <= RATE_BURST; i++) watch.count('flood')
  t.equal(await judge.judge(BASES_SPACE, news, { ...origin, peer: 'flood' }), 'ignore')
  watch.shun('liar')
  t.equal(await judge.judge(BASES_SPACE, news, { ...origin, peer: 'liar' }), 'ignore')
})

test('an id that nobody can deliver is not passed on', async t => {
  const { judge } = await make(t)
  const peer = '12D3KooWJjbRkp8FPF5SKgMhMuvPZBEfFbYsvvHBhBdVn4ABXFAR'
  const news = { type: 'recordId', digest: new Uint8Array(32) } as const
  t.equal(await judge.judge(BASES_SPACE, news, { ...origin, peer }), 'ignore')
})
