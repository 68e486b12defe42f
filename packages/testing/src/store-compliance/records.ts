import type { RecordFilter, StoredRecord } from '@soup/interface'
import { signedBase } from '../records.ts'
import { seededBytes } from '../seeded.ts'
import type { StoreUnderTest, WithStore } from './store-under-test.ts'

const list = (store: StoreUnderTest, filter?: RecordFilter) =>
  Array.fromAsync(store.records.list(filter))

/** A made-up record: stores see opaque bytes. */
function record(id: string, kind: string, base?: string): StoredRecord {
  return { id, kind, base, envelope: seededBytes(id, 300) }
}

/** Records: kept byte for byte, listed in order, completed from a prefix. */
export async function recordCompliance(withStore: WithStore): Promise<void> {
  await withStore('records.get() returns what put() kept, byte for byte', async (t, store) => {
    const { id, kind, base, envelope } = await signedBase(1)
    t.equal(await store.records.put({ id, kind, base, envelope }), true)
    t.same(await store.records.get(id), { id, kind, base, envelope })
    t.equal(await store.records.get('bafyreinone'), undefined)
  })
  await withStore('records.put() keeps the first of two records with one id', async (t, store) => {
    const first = record('a', 'expert', 'x')
    t.same(
      await Promise.all([
        store.records.put(first),
        store.records.put({ ...first, envelope: seededBytes(2, 10) })
      ]),
      [true, false]
    )
    t.same(await store.records.get('a'), first)
    t.equal(await store.records.put(first), false)
  })
  await withStore('records keep an empty envelope and one with line feeds', async (t, store) => {
    const empty = { ...record('e', 'base'), envelope: new Uint8Array() }
    const lines = { ...record('l', 'base', 'x'), envelope: new Uint8Array([10, 10, 10]) }
    await store.records.put(empty)
    await store.records.put(lines)
    t.same(await list(store), [empty, lines])
  })
  await withStore(
    'records.list() filters by kind and base, in the order of the ids',
    async (t, store) => {
      const kept = [
        record('c', 'base', 'x'),
        record('a', 'expert', 'x'),
        record('d', 'expert', 'xx'),
        record('b', 'expert', 'x'),
        record('e', 'evaluation')
      ]
      for (const one of kept) {
        await store.records.put(one)
      }
      const ids = async (filter?: RecordFilter) =>
        (await list(store, filter)).map(r => r.id).join('')
      t.equal(await ids(), 'abcde')
      t.equal(await ids({}), 'abcde')
      t.equal(await ids({ kind: 'expert' }), 'abd')
      t.equal(await ids({ base: 'x' }), 'abc')
      t.equal(await ids({ kind: 'expert', base: 'x' }), 'ab')
      t.equal(await ids({ kind: 'exp' }), '')
      t.equal(await ids({ kind: 'recipe', base: 'x' }), '')
    }
  )
  await withStore('records.put() refuses what cannot be part of a key', async (t, store) => {
    for (const wrong of [record('A!', 'base'), record('a', 'b!c'), record('a', 'base', '../x')]) {
      await t.rejects(store.records.put(wrong), TypeError)
    }
    t.same(await list(store), [])
  })
  await withStore('records.list() ends with the reason of an aborted signal', async (t, store) => {
    await store.records.put(record('a', 'base'))
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await t.rejects(Array.fromAsync(store.records.list({}, { signal })), reason)
    await t.rejects(store.records.get('a', { signal }), reason)
    await t.rejects(store.records.put(record('b', 'base'), { signal }), reason)
  })
  await resolveCompliance(withStore)
}

async function resolveCompliance(withStore: WithStore): Promise<void> {
  await withStore('records.resolve() completes a unique prefix', async (t, store) => {
    for (const id of ['abca', 'abcb', 'abd', 'b']) {
      await store.records.put(record(id, 'base', `base${id}`))
    }
    t.equal(await store.records.resolve('abd'), 'abd')
    t.equal(await store.records.resolve('b'), 'b')
    t.equal(await store.records.resolve('abca'), 'abca')
    t.equal(await store.records.resolve('x'), undefined)
    t.equal(await store.records.resolve(''), undefined)
    t.equal(await store.records.resolve('ab!'), undefined)
  })
  await withStore(
    'records.resolve() refuses an ambiguous prefix, naming the candidates',
    async (t, store) => {
      for (const id of ['abca', 'abcb', 'abd']) {
        await store.records.put(record(id, 'base'))
      }
      await t.rejects(store.records.resolve('abc'), {
        code: 'ID_AMBIGUOUS',
        details: { prefix: 'abc', candidates: ['abca', 'abcb'] }
      })
    }
  )
  await withStore('records.resolveBase() counts each base once', async (t, store) => {
    for (const [id, base] of [
      ['a', 'xyz'],
      ['b', 'xyz'],
      ['c', 'xw'],
      ['d', undefined]
    ] as const) {
      await store.records.put(record(id, 'expert', base))
    }
    t.equal(await store.records.resolveBase('xy'), 'xyz')
    t.equal(await store.records.resolveBase('q'), undefined)
    await t.rejects(store.records.resolveBase('x'), {
      code: 'ID_AMBIGUOUS',
      details: { candidates: ['xw', 'xyz'] }
    })
  })
}
