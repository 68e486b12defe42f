import fc from 'fast-check'
import t from 'tap'
import { MAX_SHARDS, MAX_TENSORS } from '../../src/limits.ts'
import { encodeLayout, readLayout } from '../../src/model/layout-codec.ts'
import type { ModelLayout } from '../../src/model/model.ts'
import { JsonScanner } from '../../src/safetensors/json-scanner.ts'

const read = (json: string) =>
  readLayout(new JsonScanner(json, 'it', problem => new Error(problem)))
const folder = (shards: string) => `{"kind":"folder","shards":${shards}}`
const shard = (fileName: string, tensors = '[]') =>
  folder(`[{"fileName":${JSON.stringify(fileName)},"tensors":${tensors}}]`)

t.test('whatever is encoded is read back', async t => {
  const name = fc.string({ unit: 'grapheme' }).filter(text => !/\p{Cc}/u.test(text))
  const shards = fc.uniqueArray(name, { maxLength: 9 }).map(names =>
    [...Map.groupBy(names, text => text.length % 3)].map(([i, tensors]) => ({
      fileName: `model-${i}.safetensors`,
      tensors
    }))
  )
  const layout: fc.Arbitrary<ModelLayout> = fc.oneof(
    fc.constantFrom({ kind: 'file' } as const, { kind: 'adapter' } as const),
    fc.constant({ kind: 'onnx', graph: 'a b.onnx' } as const),
    shards.map(list => ({ kind: 'folder' as const, shards: list }))
  )
  fc.assert(fc.property(layout, value => void t.strictSame(read(encodeLayout(value)), value)))
})

t.test('model.safetensors may be the only shard', async t => {
  t.match(read(shard('model.safetensors')), { shards: [{ fileName: 'model.safetensors' }] })
})

const many = (count: number, item: (i: number) => string) =>
  `[${Array.from({ length: count }, (_, i) => item(i))}]`

const MALFORMED: Record<string, [json: string, message: RegExp]> = {
  'no object': ['[]', /expected \{/],
  'no kind': ['{}', /a layout of kind undefined/],
  'a kind of the future': ['{"kind":"gguf"}', /"gguf" is unknown to this version/],
  'a kind that every object has': ['{"kind":"toString"}', /unknown/],
  'a kind twice': ['{"kind":"file","kind":"file"}', /"kind" is unknown or comes twice/],
  'a field of no kind': ['{"kind":"file","path":"/"}', /"path" is unknown/],
  'a field of another kind': ['{"kind":"file","shards":[]}', /fields are those of another/],
  'fields of two kinds': ['{"kind":"onnx","graph":"a.onnx","shards":[]}', /those of another/],
  'a folder without shards': ['{"kind":"folder"}', /unknown/],
  'shards that are no list': [folder('{}'), /expected \[/],
  'a shard without tensors': [
    folder('[{"fileName":"a.safetensors"}]'),
    /needs fileName and tensors/
  ],
  'a shard without a name': [folder('[{"tensors":[]}]'), /needs fileName and tensors/],
  'a field of a shard that is unknown': [folder('[{"x":1}]'), /"x" of a shard is unknown/],
  'a shard elsewhere': [shard('../a.safetensors'), /without separators/],
  'a shard that is no safetensors': [shard('a.bin'), /ends in .safetensors/],
  'a shard twice': [
    folder('[{"fileName":"a.safetensors","tensors":[]},{"fileName":"a.safetensors","tensors":[]}]'),
    /shard "a.safetensors" comes twice/
  ],
  'a shard that tools prefer to the others': [
    folder(
      '[{"fileName":"model.safetensors","tensors":[]},{"fileName":"b.safetensors","tensors":[]}]'
    ),
    /shard "model.safetensors": tools would load it in place of all 2 shards/
  ],
  'such a shard in upper case': [
    folder(
      '[{"fileName":"b.safetensors","tensors":[]},{"fileName":"Model.safetensors","tensors":[]}]'
    ),
    /shard "Model.safetensors": tools would load it/
  ],
  'a shard that tools take for an adapter': [
    shard('adapter_model.safetensors'),
    /shard "adapter_model.safetensors": tools would load it/
  ],
  'a tensor twice': [shard('a.safetensors', '["a","a"]'), /tensor "a" comes twice/],
  'a tensor in two shards': [
    folder(
      '[{"fileName":"a.safetensors","tensors":["x"]},{"fileName":"b.safetensors","tensors":["x"]}]'
    ),
    /tensor "x" comes twice/
  ],
  'a tensor with a control character': [shard('a.safetensors', '["\\n"]'), /control character/],
  'a tensor that is a number': [shard('a.safetensors', '[1]'), /expected a string/],
  'more shards than a model has': [
    folder(many(MAX_SHARDS + 1, i => `{"fileName":"${i}.safetensors","tensors":[]}`)),
    /more than 512 shards/
  ],
  'more tensors than a model has': [
    shard(
      'a.safetensors',
      many(MAX_TENSORS + 1, i => `"${i}"`)
    ),
    /more than 200000 tensors/
  ],
  'a graph elsewhere': ['{"kind":"onnx","graph":"a/b.onnx"}', /without separators/],
  'a graph of another extension': [
    '{"kind":"onnx","graph":"a.py"}',
    /expected a name that ends in .onnx/
  ],
  'a graph of but an extension': [
    '{"kind":"onnx","graph":".onnx"}',
    /expected a name that ends in .onnx/
  ]
}

for (const [what, [json, message]] of Object.entries(MALFORMED)) {
  t.test(`readLayout() refuses ${what}`, async t => {
    t.throws(() => read(json), { message })
  })
}
