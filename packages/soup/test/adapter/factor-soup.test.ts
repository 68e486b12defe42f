import { readFloats, readTensor } from '@soup/tensor'
import t from 'tap'
import { factorSoup } from '../../src/adapter/factor-soup.ts'
import {
  type AdapterInit,
  adapterOf,
  allBytes,
  denseSum,
  ingredients,
  relativeDistance,
  withValues
} from './fixtures.ts'

const init: AdapterInit = { ranks: { layer: 2, embed: 3 }, hasBias: true }
const experts = [adapterOf(1, init), adapterOf(31, init)]

t.test('A, B and biases are averaged separately', async t => {
  const soup = factorSoup({ adapters: ingredients(experts, [0.25, 0.75]) })
  for (const [i, module] of soup.modules.entries()) {
    for (const key of ['a', 'b', 'bias'] as const) {
      const name = experts[0]!.modules[i]![key]
      t.equal(module[key], name)
      if (name === undefined) continue
      const [left, right] = await Promise.all(experts.map(one => readFloats(one.checkpoint, name)))
      const wanted = left!.map((value, k) =>
        Math.fround(Math.fround(0.25 * value) + Math.fround(0.75 * right![k]!))
      )
      t.strictSame(await readFloats(soup.checkpoint, name), wanted)
    }
  }
  t.strictSame(
    soup.modules.map(({ scaling }) => scaling),
    [2, 2]
  )
})

t.test(
  'one-hot λ gives the F32 factors of that adapter bit for bit, −0 too, and others number for number',
  async t => {
    const { a } = experts[1]!.modules[0]!
    const list = [experts[0]!, withValues(experts[1]!, a, [-0, 0, 1, Number.NEGATIVE_INFINITY])]
    const hot = factorSoup({ adapters: ingredients(list, [0, 1]) })
    t.strictSame(await allBytes(hot.checkpoint), await allBytes(list[1]!.checkpoint))
    const short = adapterOf(31, { ...init, dtype: 'BF16' })
    const { checkpoint } = factorSoup({ adapters: ingredients([experts[0]!, short], [0, 1]) })
    for (const name of short.checkpoint.tensors.keys()) {
      t.equal(checkpoint.tensors.get(name)!.dtype, 'F32')
      t.strictSame(await readFloats(checkpoint, name), await readFloats(short.checkpoint, name))
    }
  }
)

t.test('between adapters it is not the soup of the weights', async t => {
  const adapters = ingredients(experts, [0.5, 0.5])
  const got = await denseSum(ingredients([factorSoup({ adapters })], [1]), 'layer.weight')
  t.ok(relativeDistance(got, await denseSum(adapters, 'layer.weight')) > 0.1)
})

t.test('a computed NaN is the positive quiet one, whatever the processor makes of it', async t => {
  const { a } = experts[0]!.modules[0]!
  const adapters = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(value =>
    withValues(experts[0]!, a, [value])
  )
  const soup = factorSoup({ adapters: ingredients(adapters, [0.5, 0.5]) })
  const { buffer } = await readTensor(soup.checkpoint, a)
  t.strictSame(new Set(new Uint32Array(buffer as ArrayBuffer)), new Set([0x7fc00000]))
})

t.test('adapters that differ in what is averaged are refused by module', async t => {
  const others: [AdapterInit, RegExp][] = [
    [{ ...init, ranks: { layer: 3, embed: 3 } }, /ranks 2 and 3 differ of module "layer"/],
    [{ ...init, scaling: 3 }, /scalings 2 and 3 differ of module "layer"/],
    [{ ...init, hasBias: false }, /not every adapter has a bias of module "layer"/],
    [{ ...init, ranks: { layer: 2 } }, /not every adapter has factors of module "embed"/]
  ]
  for (const [other, message] of others) {
    const adapters = ingredients([experts[0]!, adapterOf(31, other)], [0.5, 0.5])
    t.throws(() => factorSoup({ adapters }), { code: 'SOUP_ADAPTERS', message })
  }
})
