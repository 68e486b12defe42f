import type { LoraAdapter } from '@soup/delta'
import {
  type Checkpoint,
  type FloatDtype,
  floatCodec,
  isFloatDtype,
  memoryCheckpoint,
  readFloats,
  readTensor
} from '@soup/tensor'
import t from 'tap'
import { applyAdapters } from '../../src/adapter/apply-adapters.ts'
import { type BuildMergedSoupInit, buildMergedSoup } from '../../src/adapter/build-merged-soup.ts'
import { buildSoup } from '../../src/build-soup.ts'
import { MAX_EXPERTS } from '../../src/limits.ts'
import { isAdapterMethod, METHODS, type MethodName } from '../../src/methods.ts'
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

type Ingredients = BuildMergedSoupInit['ingredients']

const NAMES = (Object.keys(METHODS) as MethodName[]).filter(name => !isAdapterMethod(name))
const ranks = { layer: 2, embed: 1, conv: 2 }
const first = adapterOf(1, { ranks, hasBias: true, saves: ['norm.weight'], scaling: 0.01 })
const second = adapterOf(31, { ranks: { layer: 1, head: 2 }, scaling: 0.01 })

/** The same model in another dtype. */
async function convert(model: Checkpoint, to: FloatDtype): Promise<Checkpoint> {
  const tensors = []
  for (const { name, dtype, shape } of model.tensors.values()) {
    tensors.push(
      isFloatDtype(dtype)
        ? tensor(name, [...shape], await readFloats(model, name), to)
        : { name, dtype, shape, data: await readTensor(model, name) }
    )
  }
  return memoryCheckpoint({ name: model.name, tensors })
}

/** A whole fine-tune of a model. */
async function tuned(model: Checkpoint, dtype: FloatDtype): Promise<Checkpoint> {
  const tensors = []
  for (const info of model.tensors.values()) {
    const { name, shape } = info
    if (!isFloatDtype(info.dtype)) {
      tensors.push({ ...info, data: await readTensor(model, name) })
      continue
    }
    const values = await readFloats(model, name)
    const change = noise(name.length, values.length)
    tensors.push(
      tensor(
        name,
        [...shape],
        values.map((value, i) => value + change[i]! / 16),
        dtype
      )
    )
  }
  return memoryCheckpoint({ name: 'tuned', tensors })
}

/** A soup by a method of as many experts as it takes. */
function soupOf(
  method: MethodName,
  base: Checkpoint,
  experts: readonly (Checkpoint | LoraAdapter)[]
): BuildMergedSoupInit {
  const { lambda, maxExperts, takesFisher } = METHODS[method]
  const list = experts.slice(0, maxExperts)
  const all = list.map((expert, i) => ({
    name: `e${i}`,
    lambda: lambda === 'none' ? undefined : lambda === 'unit' ? 0.5 : 1 / list.length,
    ...('modules' in expert ? { adapter: expert } : { checkpoint: expert })
  }))
  const fisher = takesFisher ? list.map(() => ({ name: 'f', checkpoint: base })) : []
  return { method, base, ingredients: all as Ingredients, fisher }
}

const narrow = baseModel('BF16')
const wide = await convert(narrow, 'F32')
const narrowTuned = await tuned(narrow, 'BF16')
const whole = { BF16: narrowTuned, F32: await convert(narrowTuned, 'F32') }

for (const method of NAMES) {
  t.test(`${method} of adapters over BF16 is that over F32, rounded once`, async t => {
    const mixes = [
      ['BF16', narrow],
      ['F32', wide]
    ] as const
    for (const beside of [[second], ['whole'], ['whole', second]] as const) {
      const [got, exact] = mixes.map(([dtype, base]) => {
        const others = beside.map(each => (each === 'whole' ? whole[dtype] : each))
        return buildMergedSoup(soupOf(method, base, [first, ...others]))
      })
      t.strictSame(got!.tensors, narrow.tensors)
      for (const { name, dtype } of narrow.tensors.values()) {
        const bytes = await readTensor(got!, name)
        const expected = isFloatDtype(dtype)
          ? floatCodec('BF16').encode(await readFloats(exact!, name))
          : await readTensor(narrow, name)
        t.strictSame(Buffer.from(bytes), Buffer.from(expected), `${name}, ${beside.length}`)
      }
    }
  })
}

t.test('methods that are linear are one sum of adapters, with the λ that they mean', async t => {
  const adapters = [first, second]
  const one = { name: 'e', adapter: first }
  const both = adapters.map((adapter, i) => ({ name: `e${i}`, adapter }))
  const weighted = both.map((each, i) => ({ ...each, lambda: i === 0 ? 0.5 : -1 }))
  const rules = [{ glob: 'l*', lambda: [1, 0] }]
  const cases: [Omit<BuildMergedSoupInit, 'base'>, Partial<Parameters<typeof applyAdapters>[0]>][] =
    [
      [{ method: 'uniform', ingredients: both }, { adapters: ingredients(adapters, [0.5, 0.5]) }],
      [
        { method: 'wise', ingredients: [{ ...one, lambda: 0.3 }] },
        { adapters: ingredients([first], [0.3]) }
      ],
      [
        { method: 'task-arithmetic', ingredients: weighted, parameters: { scale: 2 } },
        { adapters: ingredients(adapters, [1, -2]) }
      ],
      [
        {
          ...{ method: 'linear', ingredients: weighted, extrapolate: true },
          ...{ tensorLambda: rules, dtype: 'F16' }
        },
        { adapters: ingredients(adapters, [0.5, -1]), tensorLambda: rules, dtype: 'F16' }
      ]
    ]
  for (const [init, expected] of cases) {
    const sum = { adapters: [], base: narrow, extrapolate: true, ...expected }
    t.strictSame(
      await allBytes(buildMergedSoup({ base: narrow, ...init })),
      await allBytes(applyAdapters(sum)),
      init.method
    )
  }
})

t.test('the update of small adapters survives BF16', async t => {
  const adapters = [1, 2, 3, 4].map(seed =>
    adapterOf(10 * seed, { ranks: { layer: 2 }, scaling: 1e-2 })
  )
  const ones = memoryCheckpoint({
    tensors: [tensor('layer.weight', [7, 5], new Float32Array(35).fill(1 / 64), 'BF16')]
  })
  const update = await denseSum(ingredients(adapters, [0.25, 0.25, 0.25, 0.25]), 'layer.weight')
  for (const method of ['uniform', 'trimmed-mean'] as const) {
    const soup = buildMergedSoup(soupOf(method, ones, adapters))
    const change = (await readFloats(soup, 'layer.weight')).map(value => value - 1 / 64)
    if (method === 'uniform') t.ok(relativeDistance(change, update) < 0.02)
    t.ok(change.some(value => value !== 0))
  }
})

t.test('F64 stays F64, and no tensor that no adapter changes is seen in another dtype', async t => {
  const base = baseModel('F64')
  const soup = buildMergedSoup(soupOf('median', base, [second, second]))
  t.strictSame(soup.tensors, base.tensors)
  t.strictSame(await readTensor(soup, 'norm.weight'), await readTensor(base, 'norm.weight'))
  const merged = applyAdapters({ base, adapters: ingredients([second], [1]) })
  t.strictSame(await readTensor(soup, 'head.weight'), await readTensor(merged, 'head.weight'))
})

t.test('whole models alone are mixed as before', async t => {
  for (const method of ['linear', 'ties'] as const) {
    const init = soupOf(method, narrow, [narrowTuned, narrow])
    t.strictSame(
      await allBytes(buildMergedSoup(init)),
      await allBytes(buildSoup(init as Parameters<typeof buildSoup>[0]))
    )
  }
})

t.test('what does not fit is refused as for whole models', async t => {
  const adapter = { name: 'a', adapter: first }
  const many = Array.from({ length: MAX_EXPERTS + 1 }, () => ({ ...adapter, lambda: 0 }))
  const cases: [Partial<BuildMergedSoupInit>, string, RegExp][] = [
    [{ ingredients: many }, 'SOUP_EXPERTS', /1 to 128 experts, got 129/],
    [{ ingredients: [adapter] }, 'SOUP_LAMBDA', /takes a λ of each expert, got none of a/],
    [{ method: 'wise', ingredients: [{ ...adapter, lambda: 2 }] }, 'SOUP_LAMBDA', /0 to 1, got 2/],
    [{ fisher: [{ name: 'f', checkpoint: narrow }] }, 'SOUP_FISHER', /takes no Fisher/],
    [{ tensorLambda: [{ glob: 'x', lambda: [1] }] }, 'SOUP_GLOB', /decides about no float/],
    [{ tensorLambda: [{ glob: '*', lambda: [0.5] }] }, 'SOUP_LAMBDA', /sum to 0.5/],
    [
      {
        ingredients: [
          { ...adapter, lambda: 0.5 },
          { name: 'w', lambda: 0.5, checkpoint: wide }
        ]
      },
      'SOUP_MISMATCH',
      /w doesn't fit the base base/
    ]
  ]
  for (const [more, code, message] of cases) {
    const init = { method: 'linear', base: narrow, ingredients: [{ ...adapter, lambda: 1 }] }
    t.throws(() => buildMergedSoup({ ...init, ...more }), { code, message })
  }
  const product = { method: 'product', base: narrow, ingredients: [{ ...adapter, lambda: 1 }] }
  t.throws(() => buildMergedSoup(product), RangeError)
})
