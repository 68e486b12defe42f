import type { Checkpoint } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { MAX_COUNTED_ELEMENTS } from '../src/limits.ts'
import { tiesSoup } from '../src/ties-soup.ts'
import {
  areNear,
  bytes,
  experts,
  family,
  model,
  raw,
  rows,
  simplex,
  unread,
  values
} from './fixtures.ts'

const WHOLE = { density: 1, scale: 1, isMean: true }

interface Reference {
  density: number
  scale: number
  isMean: boolean
}

/** Algorithm 1 of the paper, weighted, in f64. */
function ties(
  base: readonly number[],
  list: readonly (readonly number[])[],
  lambda: readonly number[],
  { density, scale, isMean }: Reference
): number[] {
  const kept = Math.max(1, Math.floor(density * base.length))
  const changes = list.map(expert => {
    const all = expert.map((value, i) => Math.fround(value - base[i]!))
    const order = [...all.keys()].sort((a, b) => Math.abs(all[b]!) - Math.abs(all[a]!) || a - b)
    const largest = new Set(order.slice(0, kept))
    return all.map((change, i) => (largest.has(i) ? change : 0))
  })
  return base.map((value, i) => {
    const weighted = changes.map((change, k) => lambda[k]! * change[i]!)
    const mass = weighted.reduce((a, b) => a + b, 0)
    const agrees = weighted.map(change => (mass < 0 ? change < 0 : change > 0))
    const sum = weighted.reduce((total, change, k) => total + (agrees[k] ? change : 0), 0)
    const part = lambda.reduce((total, factor, k) => total + (agrees[k] ? factor : 0), 0)
    return value + (scale * sum) / (isMean && part !== 0 ? part : 1)
  })
}

/** Multiples of 1/8 below 4: sums are exact, so that signs are elected alike. */
function eighths(count: number) {
  return rows(count).map(list => list.map(row => row.map(value => Math.round(value * 8) / 8)))
}

t.test('it is what the algorithm of the paper gives', async t => {
  const how = fc.record({
    density: fc.constantFrom(0.05, 0.3, 0.5, 0.8, 1),
    scale: fc.constantFrom(1, 0.5, -1),
    isMean: fc.boolean()
  })
  const lambdas = fc.constantFrom([0.25, 0.5, 0.25], [0.5, -1, 2])
  await fc.assert(
    fc.asyncProperty(eighths(4), lambdas, how, async ([base, ...list], lambda, init) => {
      for (const dtype of ['F32', 'F64', 'F16'] as const) {
        const soup = tiesSoup({
          base: model('base', base!, dtype),
          ingredients: experts(
            list.map(row => model('e', row, dtype)),
            lambda
          ),
          extrapolate: true,
          ...init
        })
        t.ok(areNear(await values(soup), ties(base!, list, lambda, init), 8e-3), dtype)
      }
    })
  )
})

t.test('what no expert changed is the base bit for bit, whatever the bits', async t => {
  await fc.assert(
    fc.asyncProperty(family(1), simplex(2), async ([base], lambda) => {
      for (const density of [0.4, 1]) {
        const ingredients = experts([base!, base!], lambda)
        const soup = tiesSoup({ base: base!, ingredients, ...WHOLE, density })
        t.equal(await bytes(soup), await bytes(base!))
      }
    })
  )
})

t.test('one expert of density 1 comes back within rounding', async t => {
  await fc.assert(
    fc.asyncProperty(rows(2), async ([base, row]) => {
      const ingredients = experts([model('e', row!)], [1])
      const soup = tiesSoup({ base: model('base', base!), ingredients, ...WHOLE })
      t.ok(areNear(await values(soup), row!, 2 ** -20))
    })
  )
})

t.test('only the ratios of λ count, and experts with λ = 0 are not read', async t => {
  const base = model('base', [1, 2, 3])
  const [a, b] = [model('a', [2, 1, 3.5]), model('b', [0, 4, 3.5])]
  const at = (list: Checkpoint[], lambda: number[]) =>
    values(tiesSoup({ base, ingredients: experts(list, lambda), extrapolate: true, ...WHOLE }))
  const one = await at([a, b], [0.25, 0.75])
  t.strictSame(await at([a, b], [1, 3]), one)
  t.strictSame(await at([a, unread(a), b], [1, 0, 3]), one)
})

t.test('of equal magnitudes at the threshold the first are kept, across blocks', async t => {
  const length = 200_000
  const base = model('base', new Float32Array(length))
  const expert = model('e', new Float32Array(length).fill(1), 'F32')
  const soup = tiesSoup({ base, ingredients: experts([expert], [1]), ...WHOLE, density: 0.5 })
  t.ok(soup.isSequential)
  const result = await values(soup)
  t.equal(result.indexOf(0), length / 2)
  t.ok(result.slice(length / 2).every(value => value === 0))
  t.strictSame(await values(soup), result, 'and again')
})

t.test('a NaN is among the largest, and shows', async t => {
  const expert = model('e', [1, Number.NaN, 2])
  const soup = tiesSoup({
    base: model('base', [0, 0, 0]),
    ingredients: experts([expert], [1]),
    ...WHOLE,
    density: 0.7
  })
  t.strictSame(await values(soup), [0, Number.NaN, 2])
})

t.test('an empty tensor is trimmed without elements', async t => {
  const soup = tiesSoup({
    base: model('base', []),
    ingredients: experts([model('e', [])], [1]),
    ...WHOLE,
    density: 0.5
  })
  t.strictSame(await values(soup), [])
})

t.test(
  'a tensor whose elements cannot be counted is refused, unless nothing is trimmed',
  async t => {
    const shape = [MAX_COUNTED_ELEMENTS + 1]
    const info = { name: 'x', dtype: 'BF16', shape, sizeBytes: 2 * shape[0]! }
    const base = unread({ ...model('base', []), tensors: new Map([['x', info]]) })
    const ingredients = experts([base], [1])
    t.throws(() => tiesSoup({ base, ingredients, ...WHOLE, density: 0.5 }), {
      code: 'SOUP_TENSOR_TOO_LARGE'
    })
    t.notOk(tiesSoup({ base, ingredients, ...WHOLE }).isSequential)
  }
)

t.test('tensors that are no floats must agree with the base', async t => {
  const [a, b] = [raw('I32', [1], Int32Array.of(1)), raw('I32', [1], Int32Array.of(2))]
  await t.rejects(bytes(tiesSoup({ base: a, ingredients: experts([b], [1]), ...WHOLE })), {
    code: 'SOUP_NOT_FLOAT'
  })
})
