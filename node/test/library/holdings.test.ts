import { signedBase, signedExpert } from '@soup/testing'
import t from 'tap'
import { announceHoldings, bases, experts } from '../../src/library/holdings.ts'
import type { SoupNode } from '../../src/node.ts'
import { kitchen, withNode } from '../run-cli.ts'

const at = await kitchen(t)

t.test('experts() tells those that are here from those that are only known', async t => {
  await withNode(at, async node => {
    const other = (await signedBase(1)).record.base
    const { id, kind, base, envelope } = await signedExpert(1, other)
    await node.store.records.put({ id, kind, base, envelope })
    const list = await Array.fromAsync(experts(node))
    t.same(
      new Map(list.map(({ signed, complete }) => [signed.id, complete])),
      new Map([
        [at.one, true],
        [at.two, true],
        [id, false]
      ])
    )
    const ofBase = await Array.fromAsync(experts(node, other))
    t.same(
      ofBase.map(({ signed }) => signed.id),
      [id]
    )
  })
})

t.test('bases() lists base records with whether the base can be read', async t => {
  await withNode(at, async node => {
    const { id, kind, base, envelope } = await signedBase(1)
    await node.store.records.put({ id, kind, base, envelope })
    const list = await Array.fromAsync(bases(node))
    t.same(
      new Map(list.map(({ signed, complete }) => [signed.record.base, complete])),
      new Map([
        [at.base, true],
        [base, false]
      ])
    )
  })
})

t.test('announceHoldings() provides what is here and follows the bases that are', async t => {
  await withNode(at, async node => {
    const followed: string[] = []
    const provided = new Map<string, readonly string[]>()
    const catalogue = {
      follow: (base: string) => followed.push(base),
      provide: async ({ id }: { id: string }, roots: string[]) => provided.set(id, roots)
    }
    await announceHoldings(node)
    await announceHoldings({ ...node, exchange: { catalogue } } as unknown as SoupNode)
    t.same(followed, [at.base])
    t.equal(provided.size, 3, 'the base and two experts, and none of the strangers')
    t.ok(provided.has(at.one) && provided.has(at.two))
  })
})
