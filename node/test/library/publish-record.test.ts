import { signedBase, signedExpert } from '@soup/testing'
import t from 'tap'
import { publishRecord } from '../../src/library/publish-record.ts'
import type { SoupNode } from '../../src/node.ts'
import { repo, withNode } from '../run-cli.ts'

t.test('publishRecord() keeps a record, also while the node is offline', async t => {
  await withNode(await repo(t), async node => {
    const { id, kind, base, envelope, ...signed } = await signedBase(1)
    await publishRecord(node, { id, kind, base, envelope, ...signed }, undefined)
    const kept = await node.store.records.get(id)
    t.same(kept, { id, kind, base, envelope: kept?.envelope })
    t.ok(Buffer.from(envelope).equals(kept!.envelope))
  })
})

t.test('publishRecord() follows the base and tells the network who has the payload', async t => {
  await withNode(await repo(t), async node => {
    const calls: unknown[] = []
    const catalogue = {
      follow: (base: string) => calls.push(['follow', base]),
      publish: async ({ id }: { id: string }, roots: string[]) => calls.push([id, roots])
    }
    const online = { ...node, exchange: { catalogue } } as unknown as SoupNode
    const base = await signedBase(1)
    const expert = await signedExpert(1, base.record.base)
    await publishRecord(online, base, undefined)
    await publishRecord(online, expert, expert.record.payload)
    t.same(calls, [
      ['follow', base.record.base],
      [base.id, []],
      ['follow', base.record.base],
      [expert.id, [expert.record.payload.root]]
    ])
  })
})
