import t from 'tap'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { safetensorsBytes } from '../../src/safetensors/header.ts'
import { INDEX_NAME, parseIndex } from '../../src/safetensors/shard-index.ts'
import { layOutShards } from '../../src/safetensors/shard-layout.ts'
import { planBytes, planFile, planShards } from '../../src/write/plan.ts'

const checkpoint = memoryCheckpoint({
  metadata: [['k', 'v']],
  tensors: [
    { name: 'small', dtype: 'U8', shape: [3], data: new Uint8Array(3) },
    { name: 'wide', dtype: 'F64', shape: [2], data: new Float64Array(2) },
    { name: 'empty', dtype: 'F32', shape: [0], data: new Float32Array(0) }
  ]
})

t.test('planFile() puts the header first and the tensors behind one another', async t => {
  const { fileName, sizeBytes, fixed, positions } = planFile(checkpoint)
  t.equal(fileName, 'model.safetensors')
  t.equal(sizeBytes, safetensorsBytes(checkpoint))
  const start = fixed[0]!.bytes.length
  t.strictSame(
    [...positions],
    [
      ['wide', start],
      ['empty', start + 16],
      ['small', start + 16]
    ]
  )
  t.equal(sizeBytes, start + 19)
})

t.test('planShards() lists shards and their index, whose sizes are known beforehand', async t => {
  const files = planShards(checkpoint, layOutShards(checkpoint, 16))
  t.strictSame(
    files.map(({ fileName }) => fileName),
    ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', INDEX_NAME]
  )
  const index = files.at(-1)!
  t.equal(index.sizeBytes, index.fixed[0]!.bytes.length)
  const weightMap = parseIndex('index', index.fixed[0]!.bytes)
  t.match(Buffer.from(index.fixed[0]!.bytes).toString(), '"total_size": 19')
  for (const { fileName, positions } of files.slice(0, 2)) {
    for (const tensor of positions.keys()) t.equal(weightMap.get(tensor), fileName)
  }
  t.match(Buffer.from(files[0]!.fixed[0]!.bytes).toString(), '"k":"v"')
})

t.test('a single shard of another name has an index, for tools look for no other', async t => {
  const fileName = 'model-00001-of-00001.safetensors'
  const files = planShards(checkpoint, [{ fileName, tensors: [...checkpoint.tensors.values()] }])
  t.strictSame(
    files.map(file => file.fileName),
    [fileName, INDEX_NAME]
  )
})

t.test('planBytes() is a file without tensors', async t => {
  const bytes = Uint8Array.of(1, 2)
  t.strictSame(planBytes('config.json', bytes), {
    fileName: 'config.json',
    sizeBytes: 2,
    fixed: [{ position: 0, bytes }],
    positions: new Map()
  })
})

t.test('a single shard has no index', async t => {
  const files = planShards(checkpoint, layOutShards(checkpoint, 100))
  t.strictSame(
    files.map(({ fileName }) => fileName),
    ['model.safetensors']
  )
})
