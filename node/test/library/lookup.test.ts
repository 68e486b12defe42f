import { encodeTicket, type SignedRecord } from '@soup/manifest'
import { signedBase, signedExpert } from '@soup/testing'
import t from 'tap'
import { findBase, findExpert, findRecord } from '../../src/library/lookup.ts'
import { rememberBasePayload } from '../../src/library/models.ts'
import type { SoupNode } from '../../src/node.ts'
import { repo, withNode } from '../run-cli.ts'

async function keep(node: SoupNode, { id, kind, base, envelope }: SignedRecord): Promise<void> {
  await node.store.records.put({ id, kind, base, envelope })
}

const ticketOf = (record: string) => encodeTicket({ record, addresses: [] })

t.test('a record is found by its id, the beginning of it, and by a ticket', async t => {
  await withNode(await repo(t), async node => {
    const base = await signedBase(1)
    const expert = await signedExpert(1, base.record.base)
    await keep(node, expert)
    for (const text of [expert.id, expert.id.slice(0, 16), ticketOf(expert.id)]) {
      t.equal((await findRecord(node, text)).id, expert.id, text)
      t.equal((await findExpert(node, text)).record.name, 'expert 1')
    }
  })
})

t.test('a base id finds the base; what can be pulled comes first, then the newest', async t => {
  await withNode(await repo(t), async node => {
    const { record } = await signedBase(1)
    const payload = (await signedExpert(1, record.base)).record.payload
    const make = (created: number, isShared: boolean) =>
      signedBase(1, { created, ...(isShared ? { payload } : {}) })
    const id = record.base
    for (const [created, isShared] of [
      [5, false],
      [8_640_000_000_000_000, false], // the latest time that a publisher can claim
      [2, true],
      [3, true]
    ] as const) {
      const signed = await make(created, isShared)
      await keep(node, signed)
      const found = await findBase(node, id.slice(0, 16))
      t.equal(found.record.base, id)
      t.equal(found.record.created, created, 'each one is better than those before')
      t.equal((await findBase(node, signed.id)).record.created, created)
    }
  })
})

t.test('a base id finds the record whose payload was found to hold the base', async t => {
  await withNode(await repo(t), async node => {
    const { record } = await signedBase(1)
    const [held, other] = [
      (await signedExpert(1, record.base)).record.payload,
      (await signedExpert(2, record.base)).record.payload
    ]
    const old = await signedBase(1, { created: 1, payload: held })
    await keep(node, old)
    await keep(node, await signedBase(1, { created: 2, payload: other }))
    t.not((await findBase(node, record.base)).id, old.id)
    await rememberBasePayload(node, record.base, held)
    t.equal((await findBase(node, record.base)).id, old.id)
  })
})

t.test('an id that names something else is told apart', async t => {
  await withNode(await repo(t), async node => {
    const base = await signedBase(1)
    const expert = await signedExpert(1, base.record.base)
    await keep(node, base)
    await keep(node, expert)
    await t.rejects(findExpert(node, base.id), {
      code: 'NOT_AN_EXPERT',
      message: 'is a base, not an expert',
      details: { kind: 'base' }
    })
    await t.rejects(findBase(node, expert.id), {
      code: 'NOT_A_BASE',
      message: 'is an expert, not a base',
      details: { kind: 'expert' }
    })
  })
})

t.test('what is unknown or too short is named', async t => {
  await withNode(await repo(t), async node => {
    for (const seed of [1, 2]) await keep(node, await signedBase(seed))
    const unknown = { code: 'NOT_FOUND', message: 'soup-node start' }
    await t.rejects(findRecord(node, 'bafyreibogusbogus'), unknown)
    await t.rejects(findRecord(node, ticketOf((await signedBase(3)).id)), unknown)
    await t.rejects(findRecord(node, 'bafyrei'), { code: 'NOT_FOUND', message: 'too short' })
    await t.rejects(findRecord(node, 'soupnonsense'), { code: 'TICKET_INVALID' })
  })
})
