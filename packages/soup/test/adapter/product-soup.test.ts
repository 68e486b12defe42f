import { adapterConfigFor, checkAdapter } from '@soup/delta'
import { readFloats, readTensor } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { applyAdapters } from '../../src/adapter/apply-adapters.ts'
import { productSoup } from '../../src/adapter/product-soup.ts'
import {
  adapterOf,
  allBytes,
  baseModel,
  denseSum,
  ingredients,
  relativeDistance
} from './fixtures.ts'

const first = adapterOf(1, { ranks: { layer: 2, embed: 3, conv: 2 }, hasBias: true })
const second = adapterOf(31, { ranks: { layer: 4, conv: 1, head: 2 }, scaling: 0.5 })

t.test('the product soup merges to the bits of its adapters, whatever λ', async t => {
  const number = fc.double({ min: -2, max: 2, noNaN: true })
  await fc.assert(
    fc.asyncProperty(fc.nat(500), number, number, async (seed, one, two) => {
      const adapters = ingredients(
        [
          adapterOf(seed, {
            ranks: { layer: 1 + (seed % 4), embed: 2 },
            hasBias: true,
            dtype: 'BF16'
          }),
          adapterOf(seed + 20, { ranks: { layer: 3, conv: 2, head: 1 }, scaling: 0.7 })
        ],
        [one, two]
      )
      for (const base of [baseModel('F32'), baseModel('BF16')]) {
        const list = applyAdapters({ base, adapters, extrapolate: true })
        const soup = productSoup({ adapters, extrapolate: true })
        const single = applyAdapters({ base, adapters: ingredients([soup], [1]) })
        t.strictSame(await allBytes(single), await allBytes(list))
      }
    }),
    { numRuns: 30 }
  )
})

t.test('ranks add up, and scaling is 1', async t => {
  const soup = productSoup({ adapters: ingredients([first, second], [0.5, 0.5]) })
  checkAdapter(soup)
  t.strictSame(
    soup.modules.map(({ name, rank, scaling }) => [name, rank, scaling]),
    [
      ['layer', 6, 1],
      ['embed', 3, 1],
      ['conv', 3, 1],
      ['head', 2, 1]
    ]
  )
  const config = JSON.parse(Buffer.from(adapterConfigFor(soup)).toString())
  t.strictSame([config.r, config.lora_alpha, config.rank_pattern.head], [6, 6, 2])
  const list = ingredients([first, second], [0.5, 0.5])
  for (const weight of ['layer.weight', 'embed.weight', 'conv.weight', 'head.weight']) {
    const [got] = await Promise.all([denseSum(ingredients([soup], [1]), weight)])
    t.ok(relativeDistance(got, await denseSum(list, weight)) < 1e-7)
  }
})

t.test('a module has a bias where an adapter has one', async t => {
  const soup = productSoup({ adapters: ingredients([first, second], [0.5, 0.5]) })
  t.strictSame(
    soup.modules.map(({ bias }) => bias),
    [first.modules[0]!.bias, undefined, undefined, undefined]
  )
  const bias = await readFloats(soup.checkpoint, soup.modules[0]!.bias!)
  t.strictSame(bias, await readFloats(first.checkpoint, first.modules[0]!.bias!))
})

t.test('saved tensors are mixed, over the base where it takes part', async t => {
  const savers = [70, 80].map(seed =>
    adapterOf(seed, { ranks: { layer: 1 }, saves: ['norm.weight'] })
  )
  const base = baseModel()
  const adapters = ingredients(savers, [0.25, 0.75])
  const soup = productSoup({ adapters })
  t.strictSame([...soup.saved], [['norm.weight', 'base_model.model.norm.weight']])
  t.strictSame(
    await allBytes(applyAdapters({ base, adapters: ingredients([soup], [1]) })),
    await allBytes(applyAdapters({ base, adapters }))
  )
  const partial = ingredients([savers[0]!, second], [0.25, 0.75])
  t.throws(() => productSoup({ adapters: partial }), {
    code: 'SOUP_ADAPTERS',
    message: /saved whole by expert 0 and not by expert 1: the base is needed/
  })
  t.strictSame(
    await allBytes(
      applyAdapters({
        base,
        adapters: ingredients([productSoup({ adapters: partial, base })], [1])
      })
    ),
    await allBytes(applyAdapters({ base, adapters: partial }))
  )
})

t.test(
  'factors can be rounded to another dtype, and adapters with λ = 0 take no ranks',
  async t => {
    const soup = productSoup({ adapters: ingredients([first, second], [0, 1]), dtype: 'BF16' })
    const [module] = soup.modules
    t.strictSame(soup.checkpoint.tensors.get(module!.a)!.dtype, 'BF16')
    t.strictSame([module!.rank, (await readTensor(soup.checkpoint, module!.a)).length], [4, 40])
  }
)

t.test('what does not fit is refused before any data is read', async t => {
  t.throws(() => productSoup({ adapters: ingredients([first], [2]) }), { code: 'SOUP_LAMBDA' })
  const embedding = { ...second, modules: [{ ...second.modules[0]!, isEmbedding: true }] }
  t.throws(() => productSoup({ adapters: ingredients([first, embedding], [0.5, 0.5]) }), {
    code: 'SOUP_ADAPTERS',
    message:
      /module "layer" is an embedding from 5 to 7, transposed in expert 1, linear from 5 to 7 in expert 0/
  })
  const broken = { ...second, modules: [{ ...second.modules[0]!, rank: 5 }] }
  t.throws(() => productSoup({ adapters: ingredients([broken], [1]) }), {
    code: 'ADAPTER_MISMATCH'
  })
  t.throws(() => productSoup({ adapters: ingredients([second], [1]), base: first.checkpoint }), {
    code: 'ADAPTER_MISMATCH'
  })
})
