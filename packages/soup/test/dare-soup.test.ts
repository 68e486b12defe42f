import { drop, dropKey, returnBlocks, takeBlocks } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { dareLinearSoup, dareTiesSoup } from '../src/dare-soup.ts'
import { linearSoup } from '../src/linear-soup.ts'
import { tiesSoup } from '../src/ties-soup.ts'
import {
  areNear,
  bytes,
  bytesInParts,
  experts,
  family,
  model,
  rows,
  simplex,
  unread,
  values
} from './fixtures.ts'

const INIT = { density: 0.5, seed: 3, scale: 1 }

/** Which elements of `x` are kept, as 1 and 0. */
function mask(seed: number, place: number, density: number, length: number): number[] {
  const [ones, zeros] = takeBlocks(2)
  const list = new Float32Array(ones!.bytes.buffer, ones!.address, length).fill(1)
  zeros!.bytes.fill(0)
  drop('F32', ones!, zeros!, length, 0, dropKey(seed, place, 'x'), density)
  const result = [...list]
  returnBlocks([ones!, zeros!])
  return result
}

t.test('it is θ₀ + s·Σλᵢ·mᵢτᵢ/density, with each expert and seed a mask of its own', async t => {
  const input = fc.tuple(fc.constantFrom(0.1, 0.5, 1), fc.nat(), fc.constantFrom(1, 0.5))
  await fc.assert(
    fc.asyncProperty(rows(3), simplex(2), input, async ([base, ...list], lambda, how) => {
      const [density, seed, scale] = how
      for (const dtype of ['F32', 'F64'] as const) {
        const soup = dareLinearSoup({
          base: model('base', base!, dtype),
          ingredients: experts(
            list.map(row => model('e', row, dtype)),
            lambda
          ),
          density,
          seed,
          scale
        })
        const masks = list.map((row, place) => mask(seed, place, density, row.length))
        const expected = base!.map((value, i) =>
          list.reduce(
            (sum, row, k) =>
              sum + (scale * lambda[k]! * masks[k]![i]! * (row[i]! - value)) / density,
            value
          )
        )
        t.ok(areNear(await values(soup), expected, 1e-4), dtype)
      }
    })
  )
})

t.test('the mean over seeds is the linear soup', async t => {
  const [base, expert] = [model('base', [1, -2]), model('e', [2, 1])]
  const count = 2000
  const sums = [0, 0]
  for (let seed = 0; seed < count; seed++) {
    const init = { base, ingredients: experts([expert], [1]), ...INIT, seed }
    for (const [i, value] of (await values(dareLinearSoup(init))).entries()) sums[i]! += value
  }
  // Of one draw the standard deviation is |τ|, that of the mean √2000 less: five of them.
  t.ok(
    areNear(
      sums.map(sum => sum / count),
      [2, 1],
      (5 * 3) / Math.sqrt(count)
    ),
    `${sums}`
  )
})

t.test('how a tensor is cut makes no difference', async t => {
  const length = 70_001
  const ramp = Float32Array.from({ length }, (_, i) => i / length)
  for (const dtype of ['BF16', 'F64'] as const) {
    const base = model('base', new Float32Array(length), dtype)
    const soup = dareLinearSoup({
      base,
      ingredients: experts([model('e', ramp, dtype)], [1]),
      ...INIT
    })
    t.notOk(soup.isSequential)
    const width = dtype === 'BF16' ? 2 : 8
    const whole = await bytes(soup)
    for (const at of [0, 3, 16, 65_537, length]) {
      t.ok((await bytesInParts(soup, at * width)) === whole, `${dtype} at ${at}`)
    }
  }
})

t.test('what no expert changed is the base bit for bit, and density 1 drops nothing', async t => {
  await fc.assert(
    fc.asyncProperty(family(2), simplex(2), async ([base, expert], lambda) => {
      const init = { base: base!, ingredients: experts([base!, base!], lambda), ...INIT }
      t.equal(await bytes(dareLinearSoup(init)), await bytes(base!))
      t.equal(await bytes(dareTiesSoup({ ...init, isMean: true })), await bytes(base!))
      const ingredients = experts([base!, expert!], [0.25, 0.5])
      const whole = { base: base!, ingredients, ...INIT, density: 1, extrapolate: true }
      t.equal(await bytes(dareLinearSoup(whole)), await bytes(linearSoup(whole)))
      t.equal(
        await bytes(dareTiesSoup({ ...whole, isMean: true })),
        await bytes(tiesSoup({ ...whole, isMean: true }))
      )
    }),
    { numRuns: 50 }
  )
})

t.test('signs are elected among what is left, and the rest is scaled up', async t => {
  const density = 0.5
  const length = 64
  const base = model('base', new Float32Array(length))
  const list = [1, -2].map(value => model('e', new Float32Array(length).fill(value)))
  const [a, b] = [0, 1].map(place => mask(3, place, density, length))
  const soup = dareTiesSoup({ base, ingredients: experts(list, [0.5, 0.5]), ...INIT, isMean: true })
  const expected = a!.map((kept, i) => (b![i] === 1 ? -4 : 2 * kept))
  t.strictSame(await values(soup), expected)
})

t.test('an expert with λ = 0 is not read, and the others keep their masks', async t => {
  const [base, expert] = [model('base', new Float32Array(99)), model('e', Array(99).fill(1))]
  const at = (lambda: number[], first = expert) =>
    bytes(dareLinearSoup({ base, ingredients: experts([first, expert], lambda), ...INIT }))
  const second = mask(3, 1, 0.5, 99).map(kept => kept * 2)
  t.equal(await at([0, 1], unread(expert)), await bytes(model('m', second)))
  t.not(await at([1, 0]), await at([0, 1]))
})

t.test('λ off the simplex is refused unless extrapolation is asked for', async t => {
  const base = model('base', [1])
  const init = { base, ingredients: experts([base], [2]), ...INIT }
  t.throws(() => dareLinearSoup(init), { code: 'SOUP_LAMBDA' })
  t.equal(await bytes(dareLinearSoup({ ...init, extrapolate: true })), await bytes(base))
})
