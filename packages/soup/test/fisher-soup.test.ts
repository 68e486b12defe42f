import { type Checkpoint, memoryCheckpoint } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { fisherSoup } from '../src/fisher-soup.ts'
import { LEAST_EPSILON } from '../src/limits.ts'
import { linearSoup } from '../src/linear-soup.ts'
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

const epsilon = LEAST_EPSILON

t.test('it is Σ λᵢFᵢθᵢ / Σ λᵢFᵢ for each element, and the base is not read', async t => {
  await fc.assert(
    fc.asyncProperty(rows(4), simplex(2), async ([a, b, f, g], lambda) => {
      const fishers = [f!, g!].map(row => row.map(value => value * value))
      for (const dtype of ['F32', 'F64'] as const) {
        const list = [model('a', a!, dtype), model('b', b!, dtype)]
        const soup = fisherSoup({
          base: unread(list[0]!),
          ingredients: experts(list, lambda),
          fishers: experts(fishers.map(row => model('f', row))),
          epsilon
        })
        const expected = a!.map((value, i) => {
          const [u, v] = fishers.map((row, k) => {
            return lambda[k]! * Math.max(Math.fround(row[i]!), epsilon)
          })
          return (u! * value + v! * b![i]!) / (u! + v!)
        })
        t.ok(areNear(await values(soup), expected, 1e-4), dtype)
      }
    })
  )
})

t.test(
  'equal Fisher information, and none at all, gives the linear soup within rounding',
  async t => {
    await fc.assert(
      fc.asyncProperty(rows(3), simplex(3), fc.constantFrom(0, 1, 7), async (list, lambda, f) => {
        const checkpoints = list.map(row => model('e', row))
        const fisher = model(
          'f',
          list[0]!.map(() => f)
        )
        const init = { base: checkpoints[0]!, ingredients: experts(checkpoints, lambda) }
        const fishers = experts([fisher, fisher, fisher])
        const soup = fisherSoup({ ...init, fishers, epsilon })
        t.ok(areNear(await values(soup), await values(linearSoup(init)), 1e-5))
      })
    )
    const tiny = [model('a', [0]), model('b', [1e-15])]
    const init = { base: tiny[0]!, ingredients: experts(tiny) }
    const none = experts([model('f', [0]), model('f', [0])])
    const soup = fisherSoup({ ...init, fishers: none, epsilon })
    t.strictSame(await values(soup), await values(linearSoup(init)))
  }
)

t.test(
  'experts that agree give what they agree on, and λ = 1 that expert, bit for bit',
  async t => {
    await fc.assert(
      fc.asyncProperty(family(2), simplex(2), async ([a, b], lambda) => {
        const fishers = experts([model('f', [1, 2, 0, 4, 5]), model('g', [0, 2, 0, 1e9, 5])])
        const at = (list: Checkpoint[], factors: number[]) =>
          bytes(fisherSoup({ base: a!, ingredients: experts(list, factors), fishers, epsilon }))
        t.equal(await at([a!, a!], lambda), await bytes(a!))
        t.equal(await at([a!, b!], [0, 1]), await bytes(b!))
      })
    )
  }
)

t.test('a larger ε levels what is below it', async t => {
  const list = [model('a', [0]), model('b', [1])]
  const fishers = experts([model('f', [1e-3]), model('g', [0])])
  const init = { base: list[0]!, ingredients: experts(list), fishers }
  t.ok(areNear(await values(fisherSoup({ ...init, epsilon })), [0], 1e-6))
  t.strictSame(await values(fisherSoup({ ...init, epsilon: 1 })), [0.5])
})

t.test('Fisher information that does not fit is refused before anything is read', async t => {
  const base = unread(model('base', [1, 2]))
  const ingredients = experts([base], [1])
  const cases = [
    [[], /of each expert: 1, got 0/],
    [[memoryCheckpoint({ tensors: [] })], /"x" is missing, expected floats of \[2\]/],
    [[model('f', [1])], /"x" is F32\[1\]/],
    [[raw('I32', [2], Int32Array.of(1, 2))], /"x" is I32\[2\]/]
  ] as const
  for (const [list, message] of cases) {
    t.throws(() => fisherSoup({ base, ingredients, fishers: experts(list), epsilon }), {
      code: 'SOUP_FISHER',
      message
    })
  }
})

t.test('tensors that are no floats need no Fisher information, and must agree', async t => {
  const base = raw('I32', [1], Int32Array.of(7))
  const fishers = experts([memoryCheckpoint({ tensors: [] })])
  const soup = fisherSoup({ base, ingredients: experts([base]), fishers, epsilon })
  t.equal(await bytes(soup), '07000000')
})
