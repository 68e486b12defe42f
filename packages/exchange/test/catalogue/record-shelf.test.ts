import { signedBase, signedExpert } from '@soup/testing'
import { test } from 'tap'
import { MAX_RECORDS_PER_SPACE } from '../../src/catalogue/limits.ts'
import { BASES_SPACE } from '../../src/catalogue/protocol.ts'
import { digestOf } from '../../src/catalogue/record-id.ts'
import { RecordShelf, spaceOf } from '../../src/catalogue/record-shelf.ts'
import { MemoryRecords } from './network.ts'

const everything = { wants: () => true }

test('base records and records without a base are in one space, others in that of their base', async t => {
  t.equal(spaceOf({ kind: 'base', base: 'x' }), BASES_SPACE)
  t.equal(spaceOf({ kind: 'expert', base: 'x' }), 'x')
  t.equal(spaceOf({ kind: 'of the future', base: 'x' }), 'x')
  t.equal(spaceOf({ kind: 'revocation', base: undefined }), BASES_SPACE)
})

test('a record is verified, kept once, and then part of its set', async t => {
  const shelf = new RecordShelf(new MemoryRecords())
  const base = await signedBase('1')
  t.equal((await shelf.items(BASES_SPACE)).size, 0)
  t.match(await shelf.accept(base.envelope, everything), {
    result: 'kept',
    record: { id: base.id }
  })
  t.equal((await shelf.accept(base.envelope, everything)).result, 'known')
  t.equal((await shelf.items(BASES_SPACE)).size, 1)
  t.strictSame(await shelf.read(digestOf(base.id) as Uint8Array), base.envelope)
  await t.rejects(shelf.accept(Uint8Array.of(1, 2, 3), everything), { name: 'ManifestError' })
})

test('a record of a space that is not wanted, or unwelcome by its id, is not kept', async t => {
  const records = new MemoryRecords()
  const shelf = new RecordShelf(records)
  const { envelope } = await signedBase('1')
  t.equal((await shelf.accept(envelope, { wants: () => false })).result, 'refused')
  const check = (): void => {
    throw new Error('not asked for')
  }
  await t.rejects(shelf.accept(envelope, { ...everything, check }), { message: 'not asked for' })
  t.equal(records.map.size, 0)
})

test('a full space takes no more from peers, and its own records always', async t => {
  const records = new MemoryRecords()
  for (let i = 0; i < MAX_RECORDS_PER_SPACE; i++) {
    await records.put({
      id: `record ${i}`,
      kind: 'base',
      base: undefined,
      envelope: new Uint8Array(0)
    })
  }
  const shelf = new RecordShelf(records)
  await shelf.scan()
  t.equal(shelf.room(BASES_SPACE), 0)
  const [base, own] = [await signedBase('1'), await signedBase('2')]
  t.equal((await shelf.accept(base.envelope, everything)).result, 'refused')
  t.ok(await shelf.keep(own))
})

test('scan() names the bases that records are about', async t => {
  const records = new MemoryRecords()
  const base = await signedBase('1')
  const expert = await signedExpert('2', base.base as string)
  await records.put(base)
  const shelf = new RecordShelf(records)
  t.strictSame(await shelf.scan(), new Set(), 'a base record alone is about no other record')
  t.strictSame(await shelf.bases(), new Set([base.base]))
  await records.put(expert)
  t.strictSame(await shelf.scan(), new Set([base.base]))
})
