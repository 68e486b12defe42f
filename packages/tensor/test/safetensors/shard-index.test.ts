import fc from 'fast-check'
import t from 'tap'
import { MAX_INDEX_BYTES, MAX_METADATA_ENTRIES, MAX_SHARDS, MAX_TENSORS } from '../../src/limits.ts'
import { encodeIndex, parseIndex } from '../../src/safetensors/shard-index.ts'

const parse = (json: string) => parseIndex('the index', Buffer.from(json))
const shard = (name: string) => `{"weight_map":{"a":${JSON.stringify(name)}}}`
const many = (count: number, entry: (i: number) => string) =>
  `{${Array.from({ length: count }, (_, i) => entry(i)).join()}}`

t.test('an index as transformers and mergekit write it is read', async t => {
  const weightMap = parse(`{
  "metadata": { "mergekit_version": "0.0.4", "total_parameters": 6, "total_size": 12 },
  "weight_map": {
    "lm_head.weight": "model-00002-of-00002.safetensors",
    "model.norm.weight": "model-00001-of-00002.safetensors"
  }
}
`)
  t.strictSame(
    [...weightMap],
    [
      ['lm_head.weight', 'model-00002-of-00002.safetensors'],
      ['model.norm.weight', 'model-00001-of-00002.safetensors']
    ]
  )
})

t.test('total_size may be missing or of any plain value, and so may metadata', async t => {
  for (const size of ['12.0', '1.5e10', '"12"', '-1', 'null']) {
    t.equal(parse(`{"metadata":{"total_size":${size}},"weight_map":{}}`).size, 0, size)
  }
  t.equal(parse('{"metadata":{},"weight_map":{}}').size, 0)
  t.equal(parse('{"weight_map":{}}').size, 0)
})

const MALFORMED: Record<string, [json: string, message: RegExp]> = {
  'an empty file': ['', /expected \{ at character 0 of it/],
  'a list': ['[]', /expected \{/],
  'a byte order mark': ['\ufeff{"weight_map":{}}', /expected \{/],
  'an index without a map': ['{"metadata":{"total_size":1}}', /no weight_map/],
  'a field that no tool writes': ['{"weight_map":{},"x":1}', /field "x" is unknown/],
  'two maps': ['{"weight_map":{},"weight_map":{}}', /"weight_map" is unknown or comes twice/],
  'two metadata': ['{"metadata":{},"metadata":{},"weight_map":{}}', /comes twice/],
  'two total sizes': [
    '{"metadata":{"total_size":1,"total_size":1},"weight_map":{}}',
    /"total_size" of metadata comes twice/
  ],
  'a total size that is a list': ['{"metadata":{"total_size":[1]},"weight_map":{}}', /plain value/],
  'nested metadata': ['{"metadata":{"a":{}},"weight_map":{}}', /plain value/],
  'a tensor twice': [
    '{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}',
    /"a" is listed twice/
  ],
  'a tensor with a control character': [
    '{"weight_map":{"\\n":"x.safetensors"}}',
    /control character/
  ],
  'a tensor of a long name': [
    `{"weight_map":{"${'a'.repeat(4097)}":"x.safetensors"}}`,
    /4096 bytes/
  ],
  'what follows the index': ['{"weight_map":{}}{}', /only spaces may follow/],
  'a shard that is a path': [shard('a/b.safetensors'), /without separators/],
  'a shard that leaves the folder': [shard('../a.safetensors'), /without separators/],
  'a shard that leaves the folder on Windows': [shard('..\\a.safetensors'), /without separators/],
  'a shard at an absolute path': [shard('/a.safetensors'), /without separators/],
  'a shard on another drive': [shard('C:a.safetensors'), /without separators/],
  'a shard with a control character': [shard('a\0.safetensors'), /without separators/],
  'a shard without a name': [shard(''), /without separators/],
  'a shard of but an extension': [shard('.safetensors'), /ends in \.safetensors/],
  'the folder as a shard': [shard('.'), /without separators/],
  'the folder above as a shard': [shard('..'), /without separators/],
  'a pickle': [shard('pytorch_model.bin'), /"pytorch_model.bin": expected a name that ends in/],
  'a shard of a long name': [shard(`${'a'.repeat(250)}.safetensors`), /more than 255 bytes/],
  'more shards than the limit': [
    `{"weight_map":${many(MAX_SHARDS + 1, i => `"${i}":"${i}.safetensors"`)}}`,
    /more than 512 shards/
  ],
  'more tensors than the limit': [
    `{"weight_map":${many(MAX_TENSORS + 1, i => `"${i}":"x.safetensors"`)}}`,
    /more than 200000 tensors/
  ],
  'more metadata than the limit': [
    `{"metadata":${many(MAX_METADATA_ENTRIES + 1, i => `"${i}":0`)},"weight_map":{}}`,
    /more than 10000 entries/
  ],
  'more bytes than the limit': [' '.repeat(MAX_INDEX_BYTES + 1), /50000001 bytes, at most 50000000/]
}

for (const [what, [json, message]] of Object.entries(MALFORMED)) {
  t.test(`parseIndex() refuses ${what} and names the file`, async t => {
    t.throws(() => parse(json), { code: 'SHARDS_INVALID', message })
    t.throws(() => parse(json), { message: /^the index is not a valid index of shards: / })
  })
}

t.test('parseIndex() refuses what is not UTF-8', async t => {
  t.throws(() => parseIndex('i', Uint8Array.of(0xff)), { code: 'SHARDS_INVALID', message: /UTF-8/ })
})

t.test('an index is written as Python does: indented, keys sorted', async t => {
  const weightMap = new Map([
    ['b', 'model-00001-of-00002.safetensors'],
    ['__proto__', 'model-00002-of-00002.safetensors']
  ])
  const expected = {
    metadata: { total_size: 7 },
    weight_map: Object.fromEntries([...weightMap].reverse())
  }
  t.equal(
    Buffer.from(encodeIndex('x', { totalSize: 7, weightMap })).toString(),
    `${JSON.stringify(expected, undefined, 2)}\n`
  )
})

t.test('whatever is encoded is parsed back', async t => {
  const name = fc.string({ unit: 'grapheme' }).filter(name => !/\p{Cc}/u.test(name))
  const file = fc.nat(9).map(i => `model-${i}.safetensors`)
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(name, file), { selector: ([name]) => name }),
      fc.maxSafeNat(),
      (entries, totalSize) => {
        const weightMap = new Map(entries)
        const parsed = parseIndex('x', encodeIndex('x', { totalSize, weightMap }))
        t.strictSame([...parsed].sort(), entries.sort())
      }
    )
  )
})

t.test('what a reader would refuse is not encoded', async t => {
  const weightMap = new Map([['a\nb', 'model.safetensors']])
  t.throws(() => encodeIndex('x', { totalSize: 0, weightMap }), { code: 'SHARDS_INVALID' })
})
