import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type BaseRecord, parseRecord, type SignedRecord, signRecord } from '@soup/manifest'
import { testKey } from '@soup/testing'
import t from 'tap'
import { findBase, findExpert } from '../../src/library/lookup.ts'
import {
  baseModel,
  expertModel,
  hasBase,
  isComplete,
  lookAtFile,
  rememberBaseFile,
  rememberBasePayload
} from '../../src/library/models.ts'
import type { SoupNode } from '../../src/node.ts'
import { tensors, writeModel } from '../fixtures.ts'
import { carry, kitchen, repo, withNode } from '../run-cli.ts'

const at = await kitchen(t)

async function keep(node: SoupNode, { id, kind, base, envelope }: SignedRecord): Promise<void> {
  await node.store.records.put({ id, kind, base, envelope })
}

t.test('a shared base is read from its payload, an expert from base and delta', async t => {
  await withNode(at, async node => {
    const { record } = await findBase(node, at.base)
    const expert = await findExpert(node, at.one)
    const base = await baseModel(node, at.base)
    const model = { kind: 'payload', located: { root: record.payload?.root } }
    t.match(base, { kind: 'named', name: record.base, model })
    t.equal(await hasBase(node, at.base), true)
    t.match(await expertModel(node, expert), {
      kind: 'expert',
      id: at.one,
      result: expert.record.result,
      base,
      delta: { kind: 'payload', located: { root: expert.record.payload.root } }
    })
  })
})

t.test('isComplete() is true once every chunk is here', async t => {
  await withNode(at, async node => {
    const { payload } = (await findExpert(node, at.one)).record
    t.equal(await isComplete(node, payload), true)
    t.equal(await isComplete(node, undefined), false)
    const { root } = (await findExpert(node, at.two)).record.payload
    const elsewhere = root.replace(/.{4}$/, 'aaaa')
    t.equal(await isComplete(node, { root: elsewhere, bytes: 1 }), false)
  })
})

t.test("a stranger's record that names another payload for a base changes nothing", async t => {
  await withNode(at, async node => {
    const own = await findBase(node, at.base)
    const wrong = (await findExpert(node, at.one)).record.payload
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const forged: BaseRecord = { ...own.record, name: 'forged', payload: wrong, created: seed }
      await keep(node, await signRecord(forged, await testKey(seed)))
    }
    const model = { located: { root: own.record.payload?.root } }
    t.match(await baseModel(node, at.base), { kind: 'named', model })
  })
})

t.test('a base whose payload is here, but was never checked, does not count', async t => {
  const other = await repo(t)
  await carry(at, other, at.base)
  await withNode(other, async node => {
    const { payload } = (await findBase(node, at.base)).record
    t.equal(await isComplete(node, payload), true)
    t.equal(await hasBase(node, at.base), false)
    await t.rejects(baseModel(node, at.base), {
      code: 'BASE_MISSING',
      message: `soup-node pull ${at.base}`,
      details: { base: at.base }
    })
    await rememberBasePayload(node, at.base, payload!)
    t.equal(await hasBase(node, at.base), true)
    t.match(await baseModel(node, at.base), { kind: 'named', model: { kind: 'payload' } })
  })
})

t.test("a base's file counts while it is as it was", async t => {
  const other = await repo(t)
  const path = await writeModel(join(other.folder, 'base.safetensors'))
  await withNode(other, async node => {
    await rememberBaseFile(node, at.base, await lookAtFile(path, []))
    t.equal(await hasBase(node, at.base), true)
    t.same(await baseModel(node, at.base), { kind: 'file', path })
    await rm(path)
    t.equal(await hasBase(node, at.base), false)
    await t.rejects(baseModel(node, at.base), { code: 'BASE_CHANGED', message: `${path} is gone` })
    await writeModel(path, tensors(3))
    await t.rejects(baseModel(node, at.base), { code: 'BASE_CHANGED', message: `${path} changed` })
  })
})

t.test("a base's file has changed, too, where its size and time are as they were", async t => {
  const other = await repo(t)
  const path = await writeModel(join(other.folder, 'base.safetensors'))
  await withNode(other, async node => {
    await utimes(path, 1, 1)
    await rememberBaseFile(node, at.base, await lookAtFile(path, []))
    await utimes(path, 1, 1)
    await t.rejects(baseModel(node, at.base), { code: 'BASE_CHANGED', message: `${path} changed` })
  })
})

t.test("a base's file that an earlier version noted, under no name, counts as well", async t => {
  const other = await repo(t)
  const path = await writeModel(join(other.folder, 'base.safetensors'))
  await withNode(other, async node => {
    const { parts } = await lookAtFile(path, [])
    const { sizeBytes, modifiedMs } = parts[0]!
    const noted = { path, parts: [{ fileName: '', sizeBytes, modifiedMs }] }
    await node.store.state.put('base-files', at.base, noted)
    t.same(await baseModel(node, at.base), { kind: 'file', path })
    await rm(path)
    await writeModel(path, tensors(3))
    await t.rejects(baseModel(node, at.base), { code: 'BASE_CHANGED', message: `${path} changed` })
  })
})

t.test('an expert of a codec of the future says so', async t => {
  await withNode(at, async node => {
    const { record } = await findExpert(node, at.one)
    const future = await signRecord({ ...record, codec: 'quantum' }, await testKey(1))
    const signed = (await parseRecord(future.envelope)) as typeof future
    await t.rejects(expertModel(node, signed), {
      code: 'CODEC_UNKNOWN',
      message: /'quantum'.*exact/,
      details: { codec: 'quantum' }
    })
  })
})
