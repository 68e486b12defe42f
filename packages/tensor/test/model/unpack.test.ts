import t from 'tap'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import type { ModelLayout } from '../../src/model/model.ts'
import { packModel } from '../../src/model/pack.ts'
import { unpackModel } from '../../src/model/unpack.ts'
import { readTensor } from '../../src/read-tensor.ts'
import { openSafetensors } from '../../src/safetensors/reader.ts'
import { writeSafetensors } from '../../src/safetensors/writer.ts'
import { memorySink, sha256, source } from '../fixtures.ts'
import { companion, findIn, model } from './folders.ts'

const FILES = { 'config.json': '{"a":1}', 'vocab.txt': 'words' }
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

/** What a peer gets: the packed model after a way through a safetensors file. */
async function travel(packed: Checkpoint): Promise<Checkpoint> {
  const sink = memorySink()
  await writeSafetensors(packed, sink)
  return await openSafetensors(source(sink.bytes()))
}

t.test('a model comes back as it was packed', async t => {
  const layouts: ModelLayout[] = [
    { kind: 'file' },
    { kind: 'adapter' },
    { kind: 'folder', shards: [{ fileName: 'model.safetensors', tensors: ['a', 'b'] }] }
  ]
  for (const layout of layouts) {
    const before = model({ a: 1, b: 2 }, FILES, layout, { k: 'v', format: 'pt' })
    const after = unpackModel(await travel(packModel(before)))
    t.strictSame(after.layout, layout)
    t.strictSame([...after.metadata].sort(), [...before.metadata].sort())
    t.strictSame([...after.tensors.values()], [...before.tensors.values()])
    t.same(await readTensor(after, 'b'), new Uint8Array(8).fill(2))
    t.strictSame([...after.files.keys()], Object.keys(FILES))
    for (const [name, content] of Object.entries(FILES)) {
      const file = after.files.get(name)!
      t.equal(text(await file.read()), content)
      t.equal(file.sha256, sha256(Buffer.from(content)))
    }
    t.throws(() => after.open('soup.file/config.json'), RangeError)
  }
})

t.test('the graph of an ONNX model travels as a file', async t => {
  const layout = { kind: 'onnx', graph: 'policy.onnx' } as const
  const packed = packModel(model({ a: 1 }, { 'policy.onnx': 'graph' }, layout))
  const after = unpackModel(await travel(packed))
  t.strictSame(after.layout, layout)
  t.equal(text(await after.files.get('policy.onnx')!.read()), 'graph')
})

t.test("a delta's codec sees its own tensors and metadata only", async t => {
  const expert = model({ a: 1, b: 2 }, FILES)
  const payload = memoryCheckpoint({
    metadata: [['soup.codec', 'exact/1']],
    tensors: [{ name: 'b', dtype: 'U8', shape: [2], data: Uint8Array.of(1, 2) }]
  })
  const { layout, files } = expert
  const after = unpackModel(await travel(packModel({ ...payload, layout, files })))
  t.strictSame([...after.tensors.keys()], ['b'])
  t.strictSame(
    [...after.metadata].filter(([key]) => key !== 'format'),
    [['soup.codec', 'exact/1']]
  )
  t.strictSame(after.layout, layout)
})

t.test('a file that the base has is taken from there, by its content', async t => {
  const base = [companion('vocab.txt', 'words')]
  const packed = await travel(packModel(model({ a: 1 }, FILES), { except: base }))
  t.notOk(packed.tensors.has('soup.file/vocab.txt'))
  t.equal(
    text(
      await unpackModel(packed, { findFile: findIn(base) })
        .files.get('vocab.txt')!
        .read()
    ),
    'words'
  )
  const missing = unpackModel(packed, { findFile: findIn([companion('vocab.txt', 'other')]) })
  await t.rejects(missing.files.get('vocab.txt')!.read(), {
    code: 'COMPANION_MISSING',
    message: /lists vocab.txt without carrying it.*pull the base/
  })
  const liar = { ...companion('vocab.txt', 'words'), read: async () => Buffer.from('lies!') }
  await t.rejects(
    unpackModel(packed, { findFile: findIn([liar]) })
      .files.get('vocab.txt')!
      .read(),
    {
      code: 'PACK_SHA256'
    }
  )
})

t.test('a checkpoint that is not packed is a file without companions', async t => {
  const plain = unpackModel(model({ a: 1 }, {}, undefined, { k: 'v' }))
  t.strictSame(plain.layout, { kind: 'file' })
  t.equal(plain.files.size, 0)
  t.strictSame([...plain.metadata], [['k', 'v']])
  t.strictSame([...plain.tensors.keys()], ['a'])
})

t.test('closing what is unpacked leaves the packed model open', async t => {
  let closed = 0
  await unpackModel({ ...model({ a: 1 }), close: async () => void closed++ }).close()
  t.equal(closed, 0)
})

/** A packed model by hand: files as tensors, and what the metadata say of them. */
function forged(
  list: unknown,
  files: Record<string, string> = { 'config.json': '{}' },
  layout: unknown = { kind: 'file' },
  dtype = 'U8'
): Checkpoint {
  return memoryCheckpoint({
    name: 'forged',
    metadata: [
      ['soup.layout', typeof layout === 'string' ? layout : JSON.stringify(layout)],
      ['soup.files', typeof list === 'string' ? list : JSON.stringify(list)]
    ],
    tensors: Object.entries(files).map(([name, content]) => ({
      ...{ name: `soup.file/${name}`, dtype, shape: [content.length], data: Buffer.from(content) }
    }))
  })
}

const entry = (fileName: string, sizeBytes = 2, sha = sha256(Buffer.from('{}'))) => ({
  ...{ fileName, sizeBytes, sha256: sha }
})

const MALFORMED: Record<string, [packed: Checkpoint, message: RegExp]> = {
  'a layout that is no JSON': [forged([], {}, '{'), /its soup.layout: expected a string/],
  'text after the layout': [forged([], {}, '{"kind":"file"}x'), /its soup.layout: only spaces/],
  'a list that is no JSON': [forged('[', {}), /its soup.files: /],
  'text after the list': [forged('[]]', {}), /its soup.files: only spaces/],
  'a stored file that is not listed': [
    forged([]),
    /"soup.file\/config.json" is no file that it lists/
  ],
  'a stored file of another size': [forged([entry('config.json', 3)]), /is no file that it lists/],
  'a stored file of another dtype': [
    forged([entry('config.json')], undefined, undefined, 'I8'),
    /is no file that it lists/
  ],
  'a stored file of code': [forged([entry('a.py')], { 'a.py': '{}' }), /"a.py" is none that goes/],
  'a stored file without a name': [forged([], { '': '' }), /"soup.file\/" is no file/],
  'an ONNX model without a graph': [
    forged([entry('config.json')], undefined, { kind: 'onnx', graph: 'a.onnx' }),
    /lack the graph "a.onnx"/
  ]
}

for (const [what, [packed, message]] of Object.entries(MALFORMED)) {
  t.test(`unpackModel() refuses ${what}`, async t => {
    t.throws(() => unpackModel(packed), { code: 'PACK_INVALID', message })
    t.throws(() => unpackModel(packed), { message: /^forged is no valid packed model: / })
  })
}

t.test('a stored file of other content is refused when it is read', async t => {
  const { files } = unpackModel(forged([entry('config.json')], { 'config.json': '[]' }))
  await t.rejects(files.get('config.json')!.read(), { code: 'PACK_SHA256', message: /config.json/ })
})
