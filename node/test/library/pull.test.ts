import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type BaseRecord,
  type ExpertRecord,
  type PayloadRef,
  type SignedRecord,
  signRecord
} from '@soup/manifest'
import { signedBase, signedExpert, testKey } from '@soup/testing'
import t from 'tap'
import { findRecord } from '../../src/library/lookup.ts'
import { hasBase } from '../../src/library/models.ts'
import { pullRecord } from '../../src/library/pull.ts'
import type { SoupNode } from '../../src/node.ts'
import { kitchen, startDaemon, withNode } from '../run-cli.ts'
import { online } from './online.ts'

const cook = await kitchen(t)
const record = async (id: string) => await withNode(cook, async node => await findRecord(node, id))
const base = (await record(cook.base)) as SignedRecord<BaseRecord>
const expert = (await record(cook.one)) as SignedRecord<ExpertRecord>
const server = await startDaemon(t, cook)
const hints = [{ peer: server.peerId, addresses: server.addresses }]

/** A record that says of some payload that it holds the cook's base, and claims to be the newest. */
async function forged(seed: number, payload: PayloadRef): Promise<SignedRecord> {
  const created = 8_640_000_000_000_000
  return await signRecord({ ...base.record, payload, created }, await testKey(seed))
}

async function keep(node: SoupNode, ...records: SignedRecord[]): Promise<void> {
  for (const { id, kind, base: about, envelope } of records) {
    await node.store.records.put({ id, kind, base: about, envelope })
  }
}

/** Some payload that nobody has. */
const nowhere = (await signedExpert(1, cook.base)).record.payload

t.test("a stranger's false record does not keep a base from being pulled", async t => {
  await online(t, async node => {
    const wrong = await forged(1, expert.record.payload)
    const lost = await forged(2, nowhere)
    const { root, bytes } = base.record.payload!
    const missized = await forged(3, { root, bytes: bytes + 1 })
    await keep(node, wrong, lost, missized, base)
    const found = await findRecord(node, cook.base)
    t.not(found.id, base.id, 'the false ones claim to be newer')
    const report = await pullRecord(node, found, hints, {})
    t.match(report, { id: base.id, kind: 'base', bytes: base.record.payload!.bytes })
    t.equal(await hasBase(node, cook.base), true)
    t.same(new Set(report.failures.map(({ id }) => id)), new Set([wrong.id, lost.id, missized.id]))
    t.equal((await findRecord(node, cook.base)).id, base.id, 'the true one comes first from now on')
    t.match(await pullRecord(node, base, [], {}), { resumedBytes: report.bytes, failures: [] })
  })
})

t.test('where only a false record is known, peers are asked for others', async t => {
  await online(t, async node => {
    const wrong = await forged(1, expert.record.payload)
    await keep(node, wrong)
    t.match(await pullRecord(node, wrong, hints, {}), { id: base.id })
  })
})

t.test('records that name one payload are tried once', async t => {
  await online(t, async node => {
    const copies = await Promise.all([1, 2, 3].map(seed => forged(seed, expert.record.payload)))
    await keep(node, ...copies, base)
    const report = await pullRecord(node, copies[2]!, hints, {})
    t.match(report, { id: base.id, failures: [{ id: copies[2]!.id, code: 'BASE_MISMATCH' }] })
    const ids = new Set(copies.map(({ id }) => id))
    t.equal(report.failures.filter(({ id }) => ids.has(id)).length, 1)
  })
})

t.test('a base of false records alone says of each why it failed', async t => {
  await online(t, async node => {
    const wrong = await signedBase(1, { payload: base.record.payload! })
    const lost = await signRecord({ ...wrong.record, payload: nowhere }, await testKey(2))
    await keep(node, wrong, lost)
    await t.rejects(pullRecord(node, wrong, hints, {}), {
      code: 'EXCHANGE_NO_PROVIDER',
      message: new RegExp(`${wrong.id}.* is another base.*${lost.id}.*No peer gave`),
      details: {
        base: wrong.record.base,
        failures: [
          { id: wrong.id, publisher: wrong.publisher, code: 'BASE_MISMATCH' },
          { id: lost.id, publisher: lost.publisher, code: 'EXCHANGE_NO_PROVIDER' }
        ]
      }
    })
  })
})

t.test("a failure of this node's own is not taken for a false record", async t => {
  await online(t, async node => {
    await keep(node, await forged(1, expert.record.payload), base)
    const chunks = join(node.repo.store, 'chunks')
    await rm(chunks, { recursive: true })
    await writeFile(chunks, 'not a folder')
    const wrong = await findRecord(node, cook.base)
    await t.rejects(pullRecord(node, wrong, hints, {}), { code: 'STORE_FAILED', message: chunks })
  })
})
