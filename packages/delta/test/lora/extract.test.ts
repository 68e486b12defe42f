import { type Checkpoint, memoryCheckpoint, memorySpool, readFloats } from '@soup/tensor'
import t from 'tap'
import { type Extraction, extractAdapter } from '../../src/lora/extract.ts'
import { noise, tensor } from './adapters.ts'

const SHAPES: Record<string, number[]> = {
  'embed_tokens.weight': [12, 6],
  'layer.weight': [8, 6],
  'layer.bias': [8],
  'same.weight': [6, 6],
  'norm.weight': [6],
  'lm_head.weight': [12, 6]
}

/** Left factor times right factor, both row-major. */
function product(left: Float32Array, right: Float32Array, rank: number): Float32Array {
  const [rows, columns] = [left.length / rank, right.length / rank]
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0
    for (let k = 0; k < rank; k++) {
      sum += left[Math.floor(i / columns) * rank + k]! * right[k * columns + (i % columns)]!
    }
    return sum
  })
}

function model(
  name: string,
  change: (tensor: string, values: Float32Array) => Float32Array
): Checkpoint {
  const tensors = Object.entries(SHAPES).map(([tensorName, shape], i) => {
    const values = noise(
      i,
      shape.reduce((a, b) => a * b)
    )
    return tensor(tensorName, shape, change(tensorName, values))
  })
  const steps = {
    name: 'steps',
    dtype: 'I64',
    shape: [1],
    data: BigInt64Array.of(BigInt(name.length))
  }
  return memoryCheckpoint({ name, tensors: [...tensors, steps] })
}

const base = model('base', (_, values) => values)
const update = product(noise(20, 16), noise(21, 12), 2)
const expert = model('expert!', (name, values) => {
  if (name === 'layer.weight') return values.map((value, i) => value + update[i]!)
  if (name === 'same.weight') return values
  return values.map((value, i) => value + (i % 3) / 8)
})

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value ** 2, 0)
}

async function extract(options: object = {}): Promise<Extraction> {
  return await extractAdapter({ base, expert, rank: 2, ...options }, memorySpool())
}

t.test('a linear weight gets factors, what did not change nothing, the rest is listed', async t => {
  const { adapter, modules, leftOut } = await extract()
  t.strictSame(
    adapter.modules.map(({ name }) => name),
    ['layer']
  )
  t.strictSame(
    [...adapter.checkpoint.tensors.keys()],
    ['base_model.model.layer.lora_A.weight', 'base_model.model.layer.lora_B.weight']
  )
  const { a, b } = adapter.modules[0]!
  const found = product(
    await readFloats(adapter.checkpoint, b),
    await readFloats(adapter.checkpoint, a),
    2
  )
  t.ok(found.every((value, i) => Math.abs(value - update[i]!) < 1e-6))
  t.ok(modules[0]!.relativeError < 1e-6)
  t.ok(Math.abs(modules[0]!.norm - Math.sqrt(sum(update))) < 1e-6)
  t.strictSame(
    leftOut.map(one => one.tensor),
    ['embed_tokens.weight', 'layer.bias', 'norm.weight', 'lm_head.weight', 'steps']
  )
  t.equal(leftOut.at(-1)!.norm, undefined)
})

t.test('what is left out counts in the total error', async t => {
  const { leftOut, modules, relativeError } = await extract()
  const out = sum(leftOut.map(({ norm = 0 }) => norm))
  const total = Math.sqrt(out / (out + modules[0]!.norm ** 2))
  t.ok(Math.abs(relativeError - total) < 1e-6)
})

t.test(
  'embeddings and heads get factors if asked for, an embedding those of its transpose',
  async t => {
    const { adapter, modules, relativeError } = await extract({ embeddings: true, rank: 6 })
    t.strictSame(
      adapter.modules.map(({ name, isEmbedding, rank }) => [name, isEmbedding, rank]),
      [
        ['embed_tokens', true, 6],
        ['layer', false, 6],
        ['lm_head', false, 6]
      ]
    )
    const shapes = adapter.modules.map(({ a, b }) =>
      [a, b].map(name => adapter.checkpoint.tensors.get(name)!.shape)
    )
    t.strictSame(shapes[0], [
      [6, 12],
      [6, 6]
    ])
    t.strictSame(shapes[2], [
      [6, 6],
      [12, 6]
    ])
    t.ok(modules.every(one => one.relativeError < 1e-6))
    t.ok(relativeError > 0.1)
  }
)

t.test('a weight stored as [in, out] gets A of its rows and B of its columns', async t => {
  const { adapter, modules } = await extract({ fanInFanOut: true })
  const [module] = adapter.modules
  t.ok(module!.fanInFanOut)
  t.strictSame(adapter.checkpoint.tensors.get(module!.a)!.shape, [2, 8])
  t.strictSame(adapter.checkpoint.tensors.get(module!.b)!.shape, [6, 2])
  t.ok(modules[0]!.relativeError < 1e-6)
})

t.test('others are saved whole if asked for, but for a bias beside factors', async t => {
  const { adapter, leftOut, relativeError } = await extract({ saveOthers: true })
  t.strictSame(
    [...adapter.saved],
    ['embed_tokens.weight', 'norm.weight', 'lm_head.weight', 'steps'].map(name => [
      name,
      `base_model.model.${name}`
    ])
  )
  t.strictSame(
    await readFloats(adapter.checkpoint, 'base_model.model.norm.weight'),
    await readFloats(expert, 'norm.weight')
  )
  t.strictSame(
    leftOut.map(one => one.tensor),
    ['layer.bias']
  )
  t.ok(relativeError < (await extract()).relativeError)
})

t.test('the error is that of the factors as they are stored', async t => {
  const { modules, adapter } = await extract({ dtype: 'BF16' })
  t.equal(adapter.checkpoint.tensors.get(adapter.modules[0]!.a)!.dtype, 'BF16')
  t.ok(modules[0]!.relativeError > 1e-4 && modules[0]!.relativeError < 1e-2)
})

t.test('an expert that is the base has an empty adapter without error', async t => {
  const { adapter, leftOut, relativeError } = await extract({ expert: base })
  t.strictSame([adapter.modules, leftOut, relativeError], [[], [], 0])
})

t.test('what cannot be extracted is refused by name', async t => {
  const broken = model('expert!', (name, values) =>
    values.map((value, i) => (/^(layer|norm).weight/.test(name) && i === 1 ? Number.NaN : value))
  )
  await t.rejects(extract({ expert: broken }), {
    code: 'ADAPTER_NOT_FINITE',
    details: { tensor: 'layer.weight' }
  })
  const other = memoryCheckpoint({ name: 'o', tensors: [] })
  await t.rejects(extract({ expert: other }), { code: 'DELTA_MISMATCH' })
  await t.rejects(extract({ rank: 0 }), RangeError)
  await t.rejects(extract({ seed: -1 }), RangeError)
})

t.test('progress counts the bytes of the base', async t => {
  const seen: number[] = []
  await extractAdapter({ base, expert, rank: 1 }, memorySpool(), {
    onProgress: ({ done, total }) => seen.push(done / total!)
  })
  t.strictSame([seen[0], seen.at(-1)], [0, 1])
})
