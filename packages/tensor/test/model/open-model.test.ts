import { writeFileSync } from 'node:fs'
import { mkdir, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MAX_COMPANION_BYTES, MAX_COMPANIONS_BYTES, MAX_FOLDER_ENTRIES } from '../../src/limits.ts'
import { openModel } from '../../src/model/open-model.ts'
import { readTensor } from '../../src/read-tensor.ts'
import { weights } from './folders.ts'

const INDEX = (map: Record<string, string>) =>
  JSON.stringify({ metadata: { total_size: 8 }, weight_map: map })
const [A, B] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
const CONFIG = '{"model_type": "llama"}'
const ADAPTER_CONFIG = '{"peft_type": "LORA", "r": 4, "target_modules": ["q_proj"]}'

t.test('a file alone is a model without companions, under any name', async t => {
  const folder = t.testdir({ 'x.safetensors': weights({ a: 1 }), blob: weights({ a: 1 }) })
  for (const name of ['x.safetensors', 'blob']) {
    const model = await openModel(join(folder, name))
    t.strictSame(model.layout, { kind: 'file' })
    t.equal(model.files.size, 0)
    t.equal(model.tensors.size, 1)
    t.same(await readTensor(model, 'a'), new Uint8Array(8).fill(1))
    await model.close()
  }
})

t.test('a folder of one file is opened with its companions', async t => {
  const folder = t.testdir({
    'model.safetensors': weights({ b: 2, a: 1 }, { format: 'pt' }),
    'tokenizer.json': '{}',
    'config.json': CONFIG,
    LICENSE: 'free',
    'README.md': '# the base',
    'modeling_llama.py': 'import os',
    'optimizer.pt': 'x',
    runs: {}
  })
  const model = await openModel(folder)
  t.teardown(() => model.close())
  t.strictSame(model.layout, {
    kind: 'folder',
    shards: [{ fileName: 'model.safetensors', tensors: ['b', 'a'] }]
  })
  t.strictSame([...model.files.keys()], ['LICENSE', 'config.json', 'tokenizer.json'])
  const config = model.files.get('config.json')!
  t.equal(config.sizeBytes, CONFIG.length)
  t.equal(Buffer.from(await config.read()).toString(), CONFIG)
  t.strictSame([...model.metadata], [['format', 'pt']])
})

t.test('a sharded folder keeps what lies in which shard', async t => {
  const folder = t.testdir({
    'model.safetensors.index.json': INDEX({ c: B, a: A, b: A }),
    [A]: weights({ b: 2, a: 1 }),
    [B]: weights({ c: 3 })
  })
  const model = await openModel(folder)
  t.teardown(() => model.close())
  t.strictSame(model.layout, {
    kind: 'folder',
    shards: [
      { fileName: A, tensors: ['b', 'a'] },
      { fileName: B, tensors: ['c'] }
    ]
  })
  t.same(await readTensor(model, 'c'), new Uint8Array(8).fill(3))
})

t.test('model.safetensors comes before shards, as in transformers', async t => {
  const folder = t.testdir({
    'model.safetensors': weights({ a: 9 }),
    'model.safetensors.index.json': INDEX({ a: A }),
    [A]: weights({ a: 1 })
  })
  const model = await openModel(folder)
  t.teardown(() => model.close())
  t.same(await readTensor(model, 'a'), new Uint8Array(8).fill(9))
})

t.test('an adapter folder is opened with its configuration', async t => {
  const folder = t.testdir({
    'adapter_config.json': ADAPTER_CONFIG,
    'adapter_model.safetensors': weights({ x: 1 }),
    'README.md': ''
  })
  const model = await openModel(folder)
  t.teardown(() => model.close())
  t.strictSame(model.layout, { kind: 'adapter' })
  t.strictSame([...model.files.keys()], ['adapter_config.json'])
})

t.test('links into the blobs of a Hugging Face cache are followed', async t => {
  const cache = t.testdir({ blobs: { one: weights({ a: 1 }), two: CONFIG }, snapshots: {} })
  const snapshot = join(cache, 'snapshots', 'abc')
  await mkdir(snapshot)
  await symlink('../../blobs/one', join(snapshot, 'model.safetensors'))
  await symlink('../../blobs/two', join(snapshot, 'config.json'))
  const model = await openModel(snapshot)
  t.teardown(() => model.close())
  t.same(await readTensor(model, 'a'), new Uint8Array(8).fill(1))
  t.equal(Buffer.from(await model.files.get('config.json')!.read()).toString(), CONFIG)
})

const REFUSED: Record<string, [folder: Record<string, string | Buffer>, path: string, RegExp]> = {
  'an empty folder': [{}, '', /expected model.safetensors or model.safetensors.index.json.*empty/],
  'a folder without weights': [{ 'config.json': '{}' }, '', /it has no weights/],
  'a folder of pickles': [
    { 'pytorch_model.bin': '', 'config.json': '{}' },
    '',
    /it has "pytorch_model.bin": a pickle, which can run code/
  ],
  'a folder of GGUF': [{ 'a.gguf': '' }, '', /it has "a.gguf": a GGUF file/],
  'a folder of ONNX': [{ 'a.onnx': '' }, '', /it has "a.onnx": an ONNX file/],
  'a folder of other safetensors': [
    Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(name => [`${name}.safetensors`, ''])),
    '',
    /"c.safetensors" and 2 more; give one of them/
  ],
  'an adapter of a pickle': [
    { 'adapter_config.json': '{}', 'adapter_model.bin': '' },
    '',
    /expected adapter_model.safetensors in it, it has "adapter_model.bin": a pickle/
  ],
  'an adapter without configuration': [
    { 'adapter_model.safetensors': '', 'README.md': '' },
    '',
    /lacks the adapter_config.json; save it again with PEFT/
  ],
  'an adapter without weights': [{ 'adapter_config.json': '{}' }, '', /it has no weights/],
  'a pickle': [{ 'a.PT': '' }, 'a.PT', /it is a pickle/],
  'an index': [
    { 'model.safetensors.index.json': '' },
    'model.safetensors.index.json',
    /the folder/
  ],
  'an ONNX file under another name': [{ 'a.ONNX': '' }, 'a.ONNX', /it is an ONNX file/]
}

for (const [what, [content, path, message]] of Object.entries(REFUSED)) {
  t.test(`openModel() refuses ${what} and says what to do`, async t => {
    const folder = t.testdir(content)
    await t.rejects(openModel(join(folder, path)), { code: 'FORMAT_UNKNOWN', message })
  })
}

t.test('what the headers say is wrong is said at once', async t => {
  const folder = t.testdir({ 'model.safetensors': 'x', 'config.json': '{}' })
  await t.rejects(openModel(folder), { code: 'SAFETENSORS_INVALID' })
  await t.rejects(openModel(join(folder, 'missing')), { code: 'FILE_NOT_FOUND' })
  const shards = t.testdir({ 'model.safetensors.index.json': INDEX({ a: A }) })
  await t.rejects(openModel(shards), { code: 'FILE_NOT_FOUND', message: /00001-of-00002/ })
})

t.test('names that packing needs are refused', async t => {
  const folder = t.testdir({
    'tensor.safetensors': weights({ 'soup.file/config.json': 1 }),
    'packed.safetensors': weights({ a: 1 }, { 'soup.layout': '{}' })
  })
  for (const [name, message] of [
    ['tensor', /"soup.file\/config.json" has a name that is kept/],
    ['packed', /metadata have soup.layout: it is packed for peers/]
  ] as const) {
    await t.rejects(openModel(join(folder, `${name}.safetensors`)), {
      code: 'MODEL_INVALID',
      message
    })
  }
})

t.test('a companion file past the limits is refused before it is read', async t => {
  const sparse = async (folder: string, name: string, size: number) => {
    await truncate(join(folder, name), size)
    return folder
  }
  const content = { 'model.safetensors': weights({ a: 1 }), 'tokenizer.json': '', 'vocab.txt': '' }
  const large = await sparse(t.testdir(content), 'tokenizer.json', MAX_COMPANION_BYTES + 1)
  await t.rejects(openModel(large), { code: 'MODEL_INVALID', message: /at most 67108864 are read/ })
  t.equal(MAX_COMPANIONS_BYTES, 2 * MAX_COMPANION_BYTES)
})

t.test('a companion that is a folder is no companion', async t => {
  const folder = t.testdir({ 'model.safetensors': weights({ a: 1 }), 'config.json': {} })
  await t.rejects(openModel(folder), { code: 'FILE_FAILED', message: /not a regular file/ })
})

t.test('openModel() opens an ONNX file with its graph', async t => {
  const path = new URL('../../../onnx/test/vectors/external.onnx', import.meta.url).pathname
  const model = await openModel(path)
  t.teardown(() => model.close())
  t.strictSame(model.layout, { kind: 'onnx', graph: 'external.onnx' })
  t.strictSame([...model.files.keys()], ['external.onnx'])
  t.ok(model.tensors.size > 0)
})

t.test('a folder of more files than models have is not looked through', async t => {
  const folder = t.testdir({ 'model.safetensors': weights({ a: 1 }) })
  for (let i = 0; i < MAX_FOLDER_ENTRIES; i++) writeFileSync(join(folder, `${i}`), '')
  await t.rejects(openModel(folder), { code: 'FORMAT_UNKNOWN', message: /more than 10000 files/ })
})
