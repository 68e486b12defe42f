import { readdirSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tensorsId } from '@soup/manifest'
import { memoryStore } from '@soup/store'
import { type Checkpoint, describeTensors, readFloats } from '@soup/tensor'
import { memorySource } from '@soup/testing'
import t, { type Test } from 'tap'
import { encodeJob } from '../../src/jobs/encode.ts'
import {
  type ExpertSpec,
  type ModelSpec,
  openCheckpoint,
  openPacked,
  withModel
} from '../../src/jobs/model.ts'
import { tensors, writeHeader, writeModel } from '../fixtures.ts'

const file = (path: string): ModelSpec => ({ kind: 'file', path })
const weightOf = async (checkpoint: Checkpoint) => [...(await readFloats(checkpoint, 'weight'))]

/** A base, two experts and their deltas as files. */
async function experts(t: Test) {
  const folder = t.testdir({})
  const base = file(await writeModel(join(folder, 'base.safetensors')))
  const make = async (step: number): Promise<ExpertSpec> => {
    const expert = file(await writeModel(join(folder, `${step}.safetensors`), tensors(step)))
    const path = join(folder, `${step}.delta`)
    await encodeJob({ base, expert, path }, {})
    const result = await withModel(expert, async model => tensorsId(await describeTensors(model)))
    return {
      kind: 'expert',
      id: `expert-${step}`,
      result,
      codec: 'exact',
      base,
      delta: { kind: 'packed', path }
    }
  }
  return { folder, base, one: await make(1), two: await make(2) }
}

t.test('openCheckpoint() reads a file', async t => {
  const path = await writeModel(join(t.testdir({}), 'm.safetensors'))
  t.same(await withModel(file(path), weightOf), [...tensors().weight])
})

t.test('openCheckpoint() calls a model what it is told to, and closes what is below', async t => {
  const path = await writeModel(join(t.testdir({}), 'm.safetensors'))
  const checkpoint = await openCheckpoint({ kind: 'named', name: 'mine', model: file(path) })
  t.equal(checkpoint.name, 'mine')
  t.same(await weightOf(checkpoint), [...tensors().weight])
  await checkpoint.close()
  await t.rejects(weightOf(checkpoint))
})

t.test('openCheckpoint() reads a payload where the store says that it lies', async t => {
  const path = await writeModel(join(t.testdir({}), 'm.safetensors'))
  const store = memoryStore()
  await store.start()
  const { root } = await store.payloads.add(memorySource(await readFile(path)))
  const located = await store.payloads.locate(root)
  t.same(await withModel({ kind: 'payload', located: located! }, weightOf), [...tensors().weight])
})

t.test('openCheckpoint() decodes an expert bit for bit', async t => {
  const { two } = await experts(t)
  t.same(await withModel(two, weightOf), [...tensors(2).weight])
})

t.test('openCheckpoint() computes a soup of experts', async t => {
  const { base, one, two } = await experts(t)
  const soup: ModelSpec = {
    kind: 'soup',
    base,
    method: 'linear',
    ingredients: [
      { name: 'one', lambda: 0.5, model: one },
      { name: 'two', lambda: 0.5, model: two }
    ]
  }
  t.same(await withModel(soup, weightOf), [...tensors(1.5).weight])
})

t.test('a delta that leads elsewhere than its record says is EXPERT_MISMATCH', async t => {
  const { one, two } = await experts(t)
  await t.rejects(openCheckpoint({ ...one, delta: two.delta }), {
    code: 'EXPERT_MISMATCH',
    message: 'expert-1 is not what its publisher signed',
    details: { id: 'expert-1' }
  })
})

t.test('an expert over another base with the same shapes is refused when it is read', async t => {
  const { folder, one } = await experts(t)
  const other = file(await writeModel(join(folder, 'other.safetensors'), tensors(9)))
  await t.rejects(withModel({ ...one, base: other }, weightOf), {
    code: 'DELTA_SHA256',
    message: '"weight"'
  })
})

t.test('an expert whose base has other tensors is refused before anything is read', async t => {
  const { folder, one } = await experts(t)
  const values = { weight: new Float32Array(63), bias: new Float32Array(8) }
  const other = file(await writeModel(join(folder, 'other.safetensors'), values))
  await t.rejects(openCheckpoint({ ...one, base: other }), {
    code: 'DELTA_MISMATCH',
    message: /other\.safetensors.*"weight".*63/
  })
})

t.test('what is no safetensors file is named', async t => {
  const folder = t.testdir({ 'short.safetensors': 'abc' })
  const lying = writeHeader(
    join(folder, 'lying.safetensors'),
    '{"w":{"dtype":"F32","shape":[1000],"data_offsets":[0,4000]}}',
    16
  )
  for (const path of [join(folder, 'short.safetensors'), lying]) {
    await t.rejects(openCheckpoint(file(path)), { code: 'SAFETENSORS_INVALID', message: path })
  }
  const missing = join(folder, 'none.safetensors')
  await t.rejects(openCheckpoint(file(missing)), { code: 'FILE_NOT_FOUND', message: missing })
  await t.rejects(openCheckpoint(file(folder)), { code: 'FORMAT_UNKNOWN', message: folder })
})

t.test('whatever fails, every file that was opened is closed', async t => {
  const { folder, base, one, two } = await experts(t)
  const lying = file(writeHeader(join(folder, 'lying.safetensors'), '{"w":7}'))
  const soup = (last: ModelSpec): ModelSpec => ({
    kind: 'soup',
    base: last,
    method: 'linear',
    ingredients: [
      { name: 'one', lambda: 0.5, model: one },
      { name: 'two', lambda: 0.5, model: two }
    ]
  })
  await t.rejects(openCheckpoint(soup(lying)), { code: 'SAFETENSORS_INVALID' })
  await t.rejects(
    withModel(soup(base), () => Promise.reject(new Error('no'))),
    { message: 'no' }
  )
  if (process.platform !== 'linux') return
  t.notOk(openFiles().some(path => path.startsWith(folder)))
})

/** @returns what this process holds open (Linux) */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return [] // the listing's own handle
    }
  })
}

t.test('openPacked() opens a payload in a file, still packed', async t => {
  const { one } = await experts(t)
  const packed = await openPacked(one.delta)
  t.ok(packed.metadata.has('soup.codec'))
  t.ok(packed.metadata.has('soup.layout'))
  await packed.close()
})
