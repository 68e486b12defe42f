import { extractAdapter } from '@soup/delta'
import {
  type Checkpoint,
  memoryCheckpoint,
  memorySpool,
  readFloats,
  readTensor
} from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { applyAdapters } from '../../src/adapter/apply-adapters.ts'
import {
  adapterOf,
  allBytes,
  baseModel,
  denseSum,
  ingredients,
  noise,
  relativeDistance,
  tensor
} from './fixtures.ts'

const base = baseModel()
const first = adapterOf(1, {
  ranks: { layer: 2, embed: 3, conv: 2 },
  hasBias: true,
  saves: ['norm.weight']
})
const second = adapterOf(31, { ranks: { layer: 4, conv: 1, head: 2 }, scaling: 0.5 })
const WEIGHTS = ['layer.weight', 'embed.weight', 'conv.weight', 'head.weight']

t.test('every kind of module gets θ₀ + Σ λ·s·B·A, within rounding', async t => {
  const list = ingredients([first, second], [0.3, 0.7])
  const merged = applyAdapters({ base, adapters: list })
  t.strictSame(merged.tensors, base.tensors)
  for (const name of WEIGHTS) {
    const update = await denseSum(list, name)
    const [before, after] = [await readFloats(base, name), await readFloats(merged, name)]
    t.ok(
      relativeDistance(
        after,
        update.map((value, i) => before[i]! + value)
      ) < 3e-7,
      name
    )
  }
})

t.test('factors are added to the weight that an adapter brings along', async t => {
  const list = ingredients(
    [adapterOf(3, { ranks: { embed: 2 }, saves: ['embed.weight'] }), second],
    [0.25, 0.75]
  )
  const saved = list[0]!.adapter.saved.get('embed.weight')!
  const [own, before, update] = [
    await readFloats(list[0]!.adapter.checkpoint, saved),
    await readFloats(base, 'embed.weight'),
    await denseSum(list, 'embed.weight')
  ]
  const after = await readFloats(applyAdapters({ base, adapters: list }), 'embed.weight')
  const expected = update.map((change, i) => 0.25 * own[i]! + 0.75 * before[i]! + change)
  t.ok(relativeDistance(after, expected) < 3e-7)
})

t.test(
  'a bias of B is added, a saved tensor mixed, everything else is the base bit for bit',
  async t => {
    const merged = applyAdapters({ base, adapters: ingredients([first, second], [0.25, 0.75]) })
    const values = async (checkpoint: Checkpoint, name: string) => [
      ...(await readFloats(checkpoint, name))
    ]
    const [bias, ours] = [
      await values(base, 'layer.bias'),
      await values(first.checkpoint, 'base_model.model.layer.lora_B.bias')
    ]
    t.strictSame(
      await values(merged, 'layer.bias'),
      bias.map((value, i) => Math.fround(value + Math.fround(0.5 * ours[i]!)))
    )
    const [norm, own] = [
      await values(base, 'norm.weight'),
      await values(first.checkpoint, 'base_model.model.norm.weight')
    ]
    const mixed = await values(merged, 'norm.weight')
    t.ok(
      mixed.every((value, i) => Math.abs(value - (norm[i]! + 0.25 * (own[i]! - norm[i]!))) < 1e-6)
    )
    t.strictSame(await readTensor(merged, 'steps'), await readTensor(base, 'steps'))
  }
)

t.test('any part of a tensor has the bits of the whole, in every dtype', async t => {
  for (const [from, to] of [
    ['F32', 'F32'],
    ['BF16', 'BF16'],
    ['F16', 'F32'],
    ['F64', 'F64'],
    ['F64', 'BF16']
  ] as const) {
    const merged = applyAdapters({
      base: baseModel(from),
      adapters: ingredients([first], [1]),
      dtype: to
    })
    for (const name of [...WEIGHTS, 'layer.bias', 'norm.weight']) {
      const whole = await readTensor(merged, name)
      const width = { F32: 4, BF16: 2, F64: 8 }[to]
      await fc.assert(
        fc.asyncProperty(
          fc.nat(whole.length / width),
          fc.array(fc.nat(6)),
          async (start, steps) => {
            const reader = merged.open(name, start * width)
            let at = start * width
            for (const step of steps) {
              const part = new Uint8Array(Math.min(step * width, whole.length - at))
              await reader.read(part)
              t.strictSame(part, whole.slice(at, at + part.length))
              at += part.length
            }
          }
        ),
        { numRuns: 10 }
      )
    }
  }
})

t.test('the sum is rounded once to the dtype, and F64 keeps what f32 cannot hold', async t => {
  const wide = baseModel('F64')
  const shifted = memoryCheckpoint({
    tensors: [
      ...[...wide.tensors.values()]
        .filter(({ name }) => name !== 'head.weight')
        .map(info => ({ ...info, data: new Uint8Array(info.sizeBytes) })),
      {
        name: 'head.weight',
        dtype: 'F64',
        shape: [3, 5],
        data: new Float64Array(15).fill(1 + 2 ** -40)
      }
    ]
  })
  const merged = applyAdapters({ base: shifted, adapters: ingredients([second], [1]) })
  const update = await denseSum(ingredients([second], [1]), 'head.weight')
  const values = new Float64Array((await readTensor(merged, 'head.weight')).buffer)
  t.ok(
    values.every((value, i) => Math.abs(value - (1 + 2 ** -40 + Math.fround(update[i]!))) < 1e-7)
  )
  t.ok(values.every(value => value !== Math.fround(value)))
  const narrow = applyAdapters({ base, adapters: ingredients([second], [1]), dtype: 'BF16' })
  const exact = applyAdapters({ base, adapters: ingredients([second], [1]) })
  t.equal(narrow.tensors.get('head.weight')!.dtype, 'BF16')
  t.equal(narrow.tensors.get('steps')!.dtype, 'I64')
  t.ok(
    relativeDistance(
      await readFloats(narrow, 'head.weight'),
      await readFloats(exact, 'head.weight')
    ) <
      2 ** -8
  )
})

t.test(
  'a rule gives a tensor, be it a weight, a bias or a saved one, the bytes of its λ',
  async t => {
    const list = ingredients([first, second], [0.25, 0.75])
    const lambda = [0, 1]
    const usual = await allBytes(applyAdapters({ base, adapters: list }))
    const other = await allBytes(
      applyAdapters({ base, adapters: ingredients([first, second], lambda) })
    )
    for (const name of [...WEIGHTS, 'layer.bias', 'norm.weight']) {
      const tensorLambda = [{ glob: name, lambda }]
      const mixed = await allBytes(applyAdapters({ base, adapters: list, tensorLambda }))
      t.notSame(usual.get(name), other.get(name))
      t.strictSame(mixed, new Map([...usual, [name, other.get(name)!]]), name)
    }
    const none = { base, adapters: list, tensorLambda: [{ glob: 'steps', lambda }] }
    t.throws(() => applyAdapters(none), { code: 'SOUP_GLOB' })
  }
)

t.test('each tensor can be rounded to a dtype of its own', async t => {
  const adapters = ingredients([first], [1])
  const dtype = (name: string) => (name === 'layer.weight' ? 'F32' : 'BF16')
  const mixed = applyAdapters({ base, adapters, dtype })
  const [wide, narrow] = [
    applyAdapters({ base, adapters }),
    applyAdapters({ base, adapters, dtype: 'BF16' })
  ]
  for (const [name, { dtype }] of narrow.tensors) {
    t.equal(mixed.tensors.get(name)!.dtype, name === 'layer.weight' ? 'F32' : dtype)
    const expected = name === 'layer.weight' ? wide : narrow
    t.strictSame(await readTensor(mixed, name), await readTensor(expected, name))
  }
})

t.test('λ = 0 gives the base bit for bit, and its adapters are not read', async t => {
  const unreadable = {
    ...first,
    checkpoint: {
      ...first.checkpoint,
      open: () => {
        throw new Error('it was read')
      }
    }
  }
  const adapters = [...ingredients([unreadable], [0]), ...ingredients([second], [0])]
  const merged = applyAdapters({ base, adapters, extrapolate: true })
  t.strictSame(await allBytes(merged), await allBytes(base))
})

t.test('an element that no factor changes stays, be it −0 or a NaN with a payload', async t => {
  const odd = Uint32Array.of(0x80000000, 0x7f800001, 0xffc00001, 0x80000000, 0x3f800000)
  const small = memoryCheckpoint({
    tensors: [{ name: 'layer.weight', dtype: 'F32', shape: [1, 5], data: odd }]
  })
  const { modules } = adapterOf(1, { ranks: { layer: 1 } })
  const [module] = modules
  const checkpoint = memoryCheckpoint({
    tensors: [
      tensor(module!.a, [1, 5], Float32Array.of(0, 0, 0, 1, 1)),
      tensor(module!.b, [1, 1], Float32Array.of(0.5))
    ]
  })
  const adapters = ingredients([{ checkpoint, modules, saved: new Map() }], [1])
  const bytes = await readTensor(applyAdapters({ base: small, adapters }), 'layer.weight')
  t.strictSame([...new Uint32Array(bytes.buffer)], [...odd.subarray(0, 3), 0x3f800000, 0x40000000])
})

t.test('what one adapter saves and another updates is rounded once, after both', async t => {
  const bf16 = baseModel('BF16')
  const saver = adapterOf(60, { ranks: { layer: 1 }, saves: ['head.weight'], dtype: 'BF16' })
  const list = ingredients([saver, second], [0.5, 0.5])
  const merged = applyAdapters({ base: bf16, adapters: list, dtype: 'F32' })
  const [before, own] = [
    await readFloats(bf16, 'head.weight'),
    await readFloats(saver.checkpoint, 'base_model.model.head.weight')
  ]
  const update = await denseSum(list, 'head.weight')
  const wanted = update.map((value, i) => before[i]! + 0.5 * (own[i]! - before[i]!) + value)
  t.ok(relativeDistance(await readFloats(merged, 'head.weight'), wanted) < 3e-7)
  t.equal(applyAdapters({ base: bf16, adapters: list }).tensors.get('head.weight')!.dtype, 'BF16')
})

t.test('a large weight in pieces has the bits of one row at a time', async t => {
  const [rows, columns, rank] = [300, 1100, 3]
  const big = memoryCheckpoint({
    tensors: [tensor('layer.weight', [rows, columns], noise(7, rows * columns), 'BF16')]
  })
  const { modules } = adapterOf(1, { ranks: { layer: rank } })
  const checkpoint = memoryCheckpoint({
    tensors: [
      tensor(modules[0]!.a, [rank, columns], noise(8, rank * columns)),
      tensor(modules[0]!.b, [rows, rank], noise(9, rows * rank))
    ]
  })
  const merged = applyAdapters({
    base: big,
    adapters: ingredients([{ checkpoint, modules, saved: new Map() }], [1])
  })
  const whole = await readTensor(merged, 'layer.weight')
  for (const row of [0, 119, 238, 299]) {
    const part = new Uint8Array(columns * 2)
    await merged.open('layer.weight', row * columns * 2).read(part)
    t.strictSame(part, whole.slice(row * columns * 2, (row + 1) * columns * 2))
  }
})

t.test('what does not fit is refused before any data is read', async t => {
  const apply = (adapters: Parameters<typeof ingredients>[0], lambda: number[]) => () =>
    applyAdapters({ base, adapters: ingredients(adapters, lambda) })
  t.throws(apply([first, second], [0.5, 0.6]), { code: 'SOUP_LAMBDA' })
  const foreign = { ...first, modules: [{ ...first.modules[0]!, weight: 'other' }] }
  t.throws(apply([foreign], [1]), { code: 'ADAPTER_MISMATCH' })
  t.throws(
    () => applyAdapters({ base, adapters: ingredients([first], [1]), dtype: 'I8' as 'F32' }),
    { code: 'SOUP_DTYPE' }
  )
  t.throws(
    () => applyAdapters({ base, adapters: ingredients([first], [1]) }).open('none'),
    RangeError
  )
})

t.test('a failed load of factors is tried again by the next read', async t => {
  let isBroken = true
  const checkpoint: Checkpoint = {
    ...second.checkpoint,
    open: (name, offset) => {
      if (isBroken) throw new Error('the disk is away')
      return second.checkpoint.open(name, offset)
    }
  }
  const merged = applyAdapters({ base, adapters: ingredients([{ ...second, checkpoint }], [1]) })
  await t.rejects(readTensor(merged, 'head.weight'), { message: 'the disk is away' })
  isBroken = false
  t.equal((await readTensor(merged, 'head.weight')).length, 60)
})

t.test('a soup of adapters is sequential where its base or a saved tensor is', async t => {
  const sequential = { ...first, checkpoint: { ...first.checkpoint, isSequential: true } }
  t.notOk(applyAdapters({ base, adapters: ingredients([first], [1]) }).isSequential)
  t.ok(applyAdapters({ base, adapters: ingredients([sequential], [1]) }).isSequential)
  t.ok(
    applyAdapters({ base: { ...base, isSequential: true }, adapters: ingredients([second], [1]) })
      .isSequential
  )
})

t.test(
  'what was extracted from a fine-tune leads back to it, up to the error that was told',
  async t => {
    const changes = new Map(WEIGHTS.map((name, i) => [name, noise(200 + i, 64)]))
    const expert = memoryCheckpoint({
      name: 'expert',
      tensors: await Promise.all(
        [...base.tensors.values()].map(async ({ name, dtype, shape }) => {
          if (dtype !== 'F32') return { name, dtype, shape, data: await readTensor(base, name) }
          const change = changes.get(name) ?? noise(0, 64)
          return tensor(
            name,
            [...shape],
            (await readFloats(base, name)).map((value, i) => value + change[i]! / 8)
          )
        })
      )
    })
    const { adapter, relativeError } = await extractAdapter(
      { base, expert, rank: 2, embeddings: true, saveOthers: true },
      memorySpool()
    )
    const merged = applyAdapters({ base, adapters: ingredients([adapter], [1]) })
    let [missed, whole] = [0, 0]
    for (const { name, dtype } of base.tensors.values()) {
      if (dtype !== 'F32') continue
      const [from, to, got] = await Promise.all(
        [base, expert, merged].map(one => readFloats(one, name))
      )
      to!.forEach((value, i) => {
        missed += (value - got![i]!) ** 2
        whole += (value - from![i]!) ** 2
      })
    }
    t.ok(relativeError > 0.1 && relativeError < 1)
    t.ok(Math.abs(Math.sqrt(missed / whole) - relativeError) < 1e-5)
    t.strictSame(await readTensor(merged, 'norm.weight'), await readTensor(expert, 'norm.weight'))
  }
)
