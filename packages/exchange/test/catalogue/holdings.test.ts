import { signedBase, signedExpert, testKey } from '@soup/testing'
import { test } from 'tap'
import { signAnnouncement } from '../../src/catalogue/announcement.ts'
import { Holdings } from '../../src/catalogue/holdings.ts'
import { MAX_BASES } from '../../src/catalogue/limits.ts'
import { BASES_SPACE, PROVIDERS_SPACE } from '../../src/catalogue/protocol.ts'
import { digestOf } from '../../src/catalogue/record-id.ts'
import { MemoryRecords } from './network.ts'

function make(mirrorAll = false): { holdings: Holdings; spaces: string[]; kept: string[] } {
  const spaces: string[] = []
  const kept: string[] = []
  const holdings = new Holdings({
    records: new MemoryRecords(),
    mirrorAll,
    isConnected: () => false,
    onSpace: space => spaces.push(space),
    onRecord: ({ id }) => kept.push(id)
  })
  return { holdings, spaces, kept }
}

const from = { peer: 'somebody' }

test('a mirror follows every base that it hears of; another node only those it was told', async t => {
  const base = await signedBase('1')
  const expert = await signedExpert('2', base.base as string)
  for (const mirrorAll of [true, false]) {
    const { holdings, spaces, kept } = make(mirrorAll)
    await holdings.load()
    const { taken } = await holdings.accept('records', [base.envelope, expert.envelope], from)
    t.equal(taken, mirrorAll ? 2 : 1)
    t.strictSame(spaces, mirrorAll ? [BASES_SPACE, base.base] : [BASES_SPACE])
    t.strictSame(kept, mirrorAll ? [base.id, expert.id] : [base.id])
  }
})

test('only so many bases are followed', async t => {
  const { holdings } = make()
  for (let i = 0; i < MAX_BASES; i++) t.ok(holdings.follow(`base ${i}`))
  t.notOk(holdings.follow('one more'))
  t.ok(holdings.follow('base 0'))
})

test('what does not verify or was not asked for is the fault of its peer', async t => {
  const { holdings } = make()
  const base = await signedBase('1')
  const junk = Uint8Array.of(1, 2, 3)
  const code = { code: 'CATALOGUE_INVALID', details: { peer: 'somebody' } }
  await t.rejects(holdings.accept('records', [junk], from), code)
  await t.rejects(holdings.accept('announcements', [junk], from), code)
  const asked = [new Uint8Array(32)]
  await t.rejects(holdings.accept('records', [base.envelope], { ...from, asked }), code)
  t.equal((await holdings.items(BASES_SPACE))?.size, 0)
})

test('a record that a person asked for is kept although its base is not followed', async t => {
  const { holdings, kept } = make()
  const expert = await signedExpert('2', (await signedBase('1')).base as string)
  const asked = [digestOf(expert.id) as Uint8Array]
  t.equal((await holdings.adopt(expert.envelope, { ...from, asked })).id, expert.id)
  t.strictSame(kept, [expert.id])
})

test('announcements are taken, and are a space of their own', async t => {
  const { holdings } = make()
  const fields = { seq: Date.now(), expires: Date.now() + 60_000, addresses: [], roots: [] }
  const { envelope, id } = await signAnnouncement(fields, await testKey('a'))
  t.equal((await holdings.accept('announcements', [envelope], from)).taken, 1)
  t.equal((await holdings.accept('announcements', [envelope], from)).taken, 0)
  t.equal((await holdings.items(PROVIDERS_SPACE))?.size, 1)
  t.strictSame(await holdings.read('announcements', id), envelope)
  t.equal(await holdings.items('a base that is not followed'), undefined)
})
