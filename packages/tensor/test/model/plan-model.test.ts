import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import type { Model } from '../../src/model/model.ts'
import { openModel } from '../../src/model/open-model.ts'
import { planModel } from '../../src/model/plan-model.ts'
import { readTensor } from '../../src/read-tensor.ts'
import type { PlannedFile } from '../../src/write/plan.ts'
import { writeCheckpoint } from '../../src/write/write-checkpoint.ts'
import { model, weights } from './folders.ts'

const [A, B] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
const SHARDED = {
  kind: 'folder',
  shards: [
    { fileName: A, tensors: ['b', 'a'] },
    { fileName: B, tensors: ['c'] }
  ]
} as const
const FILES = { 'config.json': '{"torch_dtype": "bfloat16"}', 'vocab.txt': 'words' }
const names = (files: readonly PlannedFile[]) => files.map(({ fileName }) => fileName)

/** The same tensors as F32. */
function widened({ tensors }: Checkpoint): Checkpoint {
  return memoryCheckpoint({
    name: 'the soup',
    tensors: [...tensors.values()].map(({ name, shape }) => ({
      ...{ name, dtype: 'F32', shape, data: new Float32Array(4) }
    }))
  })
}

t.test('a file becomes model.safetensors', async t => {
  const form = model({ a: 1 }, {}, { kind: 'file' })
  t.strictSame(names(await planModel(form, form)), ['model.safetensors'])
})

t.test('an adapter keeps its names', async t => {
  const form = model({ a: 1 }, { 'adapter_config.json': '{}' }, { kind: 'adapter' })
  t.strictSame(names(await planModel(form, form)), [
    'adapter_model.safetensors',
    'adapter_config.json'
  ])
  await t.rejects(planModel(form, form, { shardSize: 8 }), {
    code: 'LAYOUT_MISMATCH',
    message: /an adapter is one file/
  })
})

t.test('every tensor goes to the shard that held it, whatever its dtype is now', async t => {
  const form = model({ a: 1, b: 2, c: 3 }, FILES, SHARDED)
  const files = await planModel(form, widened(form))
  t.strictSame(names(files), [A, B, 'model.safetensors.index.json', 'config.json', 'vocab.txt'])
  t.strictSame([...files[0]!.positions.keys()], ['a', 'b'])
  t.strictSame([...files[1]!.positions.keys()], ['c'])
  t.equal(files[0]!.sizeBytes - files[0]!.fixed[0]!.bytes.length, 32)
})

t.test('a shard that is alone keeps its name and its index', async t => {
  const fileName = 'model-00001-of-00001.safetensors'
  const form = model({ a: 1 }, {}, { kind: 'folder', shards: [{ fileName, tensors: ['a'] }] })
  t.strictSame(names(await planModel(form, form)), [fileName, 'model.safetensors.index.json'])
})

t.test('a shard size cuts files and folders anew', async t => {
  for (const layout of [{ kind: 'file' } as const, SHARDED]) {
    const form = model({ a: 1, b: 2, c: 3 }, {}, layout)
    const three = names(await planModel(form, form, { shardSize: 8 }))
    t.equal(three.length, 4)
    t.equal(three[0], 'model-00001-of-00003.safetensors')
    t.strictSame(names(await planModel(form, form, { shardSize: 24 })), ['model.safetensors'])
  }
})

t.test('config.json tells the dtype that the tensors have, where it changed', async t => {
  const form = model({ a: 1 }, FILES)
  const config = async (options: Parameters<typeof planModel>[2]) => {
    const files = await planModel(form, form, options)
    return Buffer.from(
      files.find(({ fileName }) => fileName === 'config.json')!.fixed[0]!.bytes
    ).toString()
  }
  t.equal(await config({}), FILES['config.json'])
  t.equal(await config({ dtype: 'F32' }), '{"torch_dtype": "float32"}')
})

t.test('a tensor without a place and a place without a tensor are named', async t => {
  const form = model({ a: 1, b: 2, c: 3 }, {}, SHARDED)
  const wrong: Record<string, [Model, RegExp]> = {
    d: [model({ a: 1, b: 2, c: 3, d: 4 }), /no shard is meant for tensor "d"/],
    c: [model({ a: 1, b: 2 }), /model-00002-of-00002.safetensors needs tensor "c"/]
  }
  for (const [tensor, [checkpoint, message]] of Object.entries(wrong)) {
    await t.rejects(planModel(form, checkpoint), {
      ...{ code: 'LAYOUT_MISMATCH', message, details: { tensor } }
    })
  }
})

t.test('an ONNX model keeps its graph, has no shards and the tensors of the graph', async t => {
  const path = new URL('../../../onnx/test/vectors/external.onnx', import.meta.url).pathname
  const form = await openModel(path)
  t.teardown(() => form.close())
  const planned = await planModel(form, form)
  t.equal(planned[0]!.fileName, 'external.onnx')
  t.strictSame(
    planned.flatMap(({ positions }) => [...positions.keys()]).sort(),
    [...form.tensors.keys()].sort()
  )
  await t.rejects(planModel(form, form, { shardSize: 1 }), { code: 'LAYOUT_MISMATCH' })
  await t.rejects(planModel(form, model({ a: 1 })), { code: 'GRAPH_DIFFERS' })
})

t.test('what is planned and written opens as the model that it was', async t => {
  const folder = t.testdir({
    in: {
      'model.safetensors.index.json': JSON.stringify({ weight_map: { c: B, a: A, b: A } }),
      [A]: weights({ b: 2, a: 1 }),
      [B]: weights({ c: 3 }),
      ...FILES
    },
    out: {}
  })
  const before = await openModel(join(folder, 'in'))
  t.teardown(() => before.close())
  const module = new URL('./open-folder.ts', import.meta.url).href
  const opener = { module, input: join(folder, 'in') }
  await writeCheckpoint(opener, join(folder, 'out'), checkpoint => planModel(before, checkpoint))
  const after = await openModel(join(folder, 'out'))
  t.teardown(() => after.close())
  t.strictSame([...after.files.keys()], [...before.files.keys()])
  t.equal(await readFile(join(folder, 'out', 'config.json'), 'utf8'), FILES['config.json'])
  for (const name of 'abc') t.same(await readTensor(after, name), await readTensor(before, name))
  const shards = after.layout.kind === 'folder' ? after.layout.shards : []
  t.strictSame(
    shards.map(({ fileName }) => fileName),
    [A, B]
  )
})
