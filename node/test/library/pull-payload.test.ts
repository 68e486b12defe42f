import {
  type BaseRecord,
  CHUNK_SIZE_BYTES,
  chunkCid,
  type ExpertRecord,
  payloadTree,
  type SignedRecord,
  signRecord
} from '@soup/manifest'
import { signedBase, testKey } from '@soup/testing'
import t from 'tap'
import { announceHoldings, experts } from '../../src/library/holdings.ts'
import { findRecord } from '../../src/library/lookup.ts'
import { hasBase } from '../../src/library/models.ts'
import { pullPayload } from '../../src/library/pull-payload.ts'
import type { SoupNode } from '../../src/node.ts'
import { jobLog } from '../job-log.ts'
import { kitchen, startDaemon, withNode } from '../run-cli.ts'
import { online } from './online.ts'

const cook = await kitchen(t)
const record = async (id: string) => await withNode(cook, async node => await findRecord(node, id))
const base = (await record(cook.base)) as SignedRecord<BaseRecord>
const expert = (await record(cook.one)) as SignedRecord<ExpertRecord>
const other = (await record(cook.two)) as SignedRecord<ExpertRecord>
const server = await startDaemon(t, cook)
const hints = [{ peer: server.peerId, addresses: server.addresses }]

t.test('pullPayload() brings the payload, checks it, and provides it', async t => {
  await online(t, async node => {
    const { root, bytes } = base.record.payload!
    const report = await pullPayload(node, base, hints, {})
    t.match(report, { id: base.id, kind: 'base', bytes, resumedBytes: 0 })
    t.match(await node.store.payloads.state(root), { isComplete: true })
    t.equal(await hasBase(node, cook.base), true)
    const pulled = await pullPayload(node, expert, hints, {})
    t.match(pulled.providers, [{ peer: server.peerId, bytes: expert.record.payload.bytes }])
  })
})

t.test('what strangers sent is parsed in worker threads, for it may take seconds', async t => {
  await online(t, async node => {
    const jobs = jobLog(t)
    await pullPayload(node, base, hints, {})
    await pullPayload(node, expert, hints, {})
    t.same(jobs, ['identify', 'check'])
  })
})

t.test('a payload that is not the base in its record does not count as that base', async t => {
  await online(t, async node => {
    const liar = await signedBase(1, { payload: base.record.payload! })
    const named = liar.record.base
    await t.rejects(pullPayload(node, liar, hints, {}), {
      code: 'BASE_MISMATCH',
      details: { id: liar.id, expected: named, got: cook.base }
    })
    t.equal(await hasBase(node, named), false)
  })
})

t.test(
  'a payload that cannot have the size of the base is refused before it is fetched',
  async t => {
    await online(t, async node => {
      const small = { root: await chunkCid(new Uint8Array(10)), bytes: 10 }
      const tree = payloadTree()
      for (let leaf = 0; leaf < 300; leaf++) {
        tree.addLeaf({ cid: small.root, sizeBytes: CHUNK_SIZE_BYTES })
      }
      const { root, sizeBytes } = tree.finish()
      for (const payload of [small, { root, bytes: sizeBytes }]) {
        const liar = await signRecord({ ...base.record, payload }, await testKey(1))
        await t.rejects(pullPayload(node, liar, hints, {}), {
          code: 'BASE_MISMATCH',
          message: `${payload.bytes} bytes`,
          details: { id: liar.id, bytes: payload.bytes }
        })
      }
      t.same(await node.exchange?.peers(), [], 'nobody was asked')
    })
  }
)

t.test('a delta that leads elsewhere than its record says is refused', async t => {
  await online(t, async node => {
    const { result } = other.record
    const liar = await signRecord({ ...expert.record, result }, await testKey(1))
    await t.rejects(pullPayload(node, liar, hints, {}), {
      code: 'EXPERT_MISMATCH',
      details: { id: liar.id, expected: result, got: expert.record.result }
    })
  })
})

t.test('an expert that was refused is neither listed as here nor announced', async t => {
  await online(t, async node => {
    const liar = await signRecord(
      { ...expert.record, result: other.record.result },
      await testKey(1)
    )
    const bytes = expert.record.payload.bytes + 1
    const missized = await signRecord(
      { ...expert.record, payload: { ...expert.record.payload, bytes } },
      await testKey(1)
    )
    for (const { id, kind, base: about, envelope } of [liar, missized]) {
      await node.store.records.put({ id, kind, base: about, envelope })
    }
    await t.rejects(pullPayload(node, liar, hints, {}), { code: 'EXPERT_MISMATCH' })
    t.same(
      (await Array.fromAsync(experts(node))).map(({ complete }) => complete),
      [false, false]
    )
    const provided: string[] = []
    const catalogue = { follow() {}, provide: async ({ id }: { id: string }) => provided.push(id) }
    await announceHoldings({ ...node, exchange: { catalogue } } as unknown as SoupNode)
    t.same(provided, [])
    const { id, kind, base: about, envelope } = expert
    await node.store.records.put({ id, kind, base: about, envelope })
    await announceHoldings({ ...node, exchange: { catalogue } } as unknown as SoupNode)
    t.same(provided, [id], 'the same delta under an honest record is provided')
  })
})

t.test('a payload whose size is not the one in its record is refused', async t => {
  await online(t, async node => {
    const { root, bytes } = expert.record.payload
    const payload = { root, bytes: bytes + 1 }
    const liar = await signRecord({ ...expert.record, payload }, await testKey(1))
    await t.rejects(pullPayload(node, liar, hints, {}), {
      code: /^EXCHANGE_(BAD_PAYLOAD|CORRUPT)$/
    })
  })
})

t.test('pullPayload() refuses what has no payload, and needs the network', async t => {
  await online(t, async node => {
    const bare = await signedBase(1)
    await t.rejects(pullPayload(node, bare, hints, {}), {
      code: 'NO_PAYLOAD',
      message: 'soup-node base add',
      details: { id: bare.id, kind: 'base' }
    })
    const offline = { ...node, exchange: undefined }
    await t.rejects(pullPayload(offline, expert, hints, {}), { code: 'NODE_OFFLINE' })
  })
})
