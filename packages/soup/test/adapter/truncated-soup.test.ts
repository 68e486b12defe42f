import { memorySpool, readFloats } from '@soup/tensor'
import t from 'tap'
import { truncatedSoup } from '../../src/adapter/truncated-soup.ts'
import { adapterOf, baseModel, denseSum, ingredients, relativeDistance } from './fixtures.ts'

const first = adapterOf(1, {
  ranks: { layer: 2, embed: 3, conv: 2 },
  hasBias: true,
  saves: ['norm.weight']
})
const second = adapterOf(31, {
  ranks: { layer: 2, conv: 1, head: 2 },
  scaling: 0.5,
  saves: ['norm.weight']
})
const adapters = ingredients([first, second], [0.4, 0.6])
const WEIGHTS = ['layer.weight', 'embed.weight', 'conv.weight', 'head.weight']

t.test('at full rank the truncated soup is exact within rounding', async t => {
  const { adapter, modules, relativeError } = await truncatedSoup(
    { adapters, rank: 9 },
    memorySpool()
  )
  for (const weight of WEIGHTS) {
    const got = await denseSum(ingredients([adapter], [1]), weight)
    t.ok(relativeDistance(got, await denseSum(adapters, weight)) < 1e-6, weight)
  }
  t.strictSame(
    modules.map(({ module, rank }) => [module, rank]),
    [
      ['layer', 4],
      ['embed', 3],
      ['conv', 3],
      ['head', 2]
    ]
  )
  t.equal(relativeError, 0)
})

t.test('the errors are those of the dense updates, of each module and in total', async t => {
  const { adapter, modules, relativeError } = await truncatedSoup(
    { adapters, rank: 1 },
    memorySpool()
  )
  let [cut, whole] = [0, 0]
  for (const [i, weight] of WEIGHTS.entries()) {
    const exact = await denseSum(adapters, weight)
    const error = relativeDistance(await denseSum(ingredients([adapter], [1]), weight), exact)
    const norm = Math.hypot(...exact)
    t.ok(Math.abs(modules[i]!.relativeError - error) < 1e-6)
    t.ok(Math.abs(modules[i]!.norm / norm - 1) < 1e-6)
    cut += (error * norm) ** 2
    whole += norm ** 2
  }
  t.ok(Math.abs(relativeError - Math.sqrt(cut / whole)) < 1e-6)
  t.ok(relativeError > 0.1)
})

t.test('biases and saved tensors are mixed as they are', async t => {
  const { adapter } = await truncatedSoup({ adapters, rank: 1 }, memorySpool())
  const ours = await readFloats(first.checkpoint, 'base_model.model.layer.lora_B.bias')
  const bias = await readFloats(adapter.checkpoint, adapter.modules[0]!.bias!)
  t.strictSame(
    [...bias],
    [...ours].map(value => Math.fround(0.8 * value))
  )
  const name = 'base_model.model.norm.weight'
  const saved = await Promise.all([first, second].map(one => readFloats(one.checkpoint, name)))
  const mixed = await readFloats(adapter.checkpoint, name)
  t.ok(
    mixed.every((value, i) => Math.abs(value - 0.4 * saved[0]![i]! - 0.6 * saved[1]![i]!) < 1e-6)
  )
})

t.test('adapters with λ = 0 add nothing and have no error', async t => {
  const { relativeError, modules } = await truncatedSoup(
    { adapters: ingredients([first], [0]), rank: 1, extrapolate: true },
    memorySpool()
  )
  t.strictSame([relativeError, modules], [0, []])
})

t.test('opposite adapters leave nothing but rounding; what they save needs the base', async t => {
  const opposite = { adapters: ingredients([second, second], [1, -1]), rank: 1, extrapolate: true }
  const { modules } = await truncatedSoup({ ...opposite, base: baseModel() }, memorySpool())
  t.equal(modules.length, 3)
  for (const { norm } of modules) t.ok(norm < 1e-14, `${norm}`)
  await t.rejects(truncatedSoup(opposite, memorySpool()), { code: 'SOUP_ADAPTERS' })
})

t.test('what cannot be truncated is refused by name', async t => {
  const { a } = first.modules[0]!
  const broken = {
    ...first,
    checkpoint: {
      ...first.checkpoint,
      open: (name: string, offset?: number) =>
        name === a
          ? { read: async (target: Uint8Array) => void target.fill(0xff) }
          : first.checkpoint.open(name, offset)
    }
  }
  await t.rejects(truncatedSoup({ adapters: ingredients([broken], [1]), rank: 1 }, memorySpool()), {
    code: 'ADAPTER_NOT_FINITE',
    details: { module: 'layer' }
  })
  await t.rejects(truncatedSoup({ adapters, rank: 0 }, memorySpool()), RangeError)
  await t.rejects(truncatedSoup({ adapters: ingredients([first], [3]), rank: 1 }, memorySpool()), {
    code: 'SOUP_LAMBDA'
  })
})

t.test('progress counts modules, and a signal ends the work', async t => {
  const seen: number[] = []
  const onProgress = ({ done }: { done: number }) => void seen.push(done)
  await truncatedSoup({ adapters, rank: 1 }, memorySpool(), { onProgress })
  t.strictSame(seen, [0, 1, 2, 3, 4])
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await t.rejects(truncatedSoup({ adapters, rank: 1 }, memorySpool(), { signal }), reason)
})

t.test(
  'adapters whose ranks together would take hours are refused before data are read',
  async t => {
    const large = adapterOf(1, { ranks: { layer: 600 } })
    const unread = { ...large, checkpoint: { ...large.checkpoint, open: () => t.fail('read') } }
    const many = ingredients([unread as never, unread as never], [0.5, 0.5])
    await t.rejects(truncatedSoup({ adapters: many, rank: 4 }, memorySpool()), {
      code: 'TRUNCATION_TOO_LARGE',
      message: /layer have rank 1200 together.*mix fewer adapters, or use product without a rank/
    })
  }
)
