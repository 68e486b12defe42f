import fc from 'fast-check'
import t from 'tap'
import { medianSoup, trimmedMeanSoup } from '../src/trimmed-mean-soup.ts'
import { uniformSoup } from '../src/uniform-soup.ts'
import {
  areNear,
  bytes,
  bytesInParts,
  experts,
  family,
  model,
  raw,
  rows,
  unread,
  values
} from './fixtures.ts'

const counts = fc.integer({ min: 1, max: 7 })

/** Mean of what is left of a column between `dropped` at either end. */
function column(list: readonly (readonly number[])[], i: number, dropped: number): number {
  const sorted = list.map(row => row[i]!).sort((a, b) => a - b)
  const left = sorted.slice(dropped, sorted.length - dropped)
  return left.reduce((sum, value) => sum + value, 0) / left.length
}

t.test('median and trimmed mean are those of each element, and the base is not read', async t => {
  const input = counts.chain(rows)
  await fc.assert(
    fc.asyncProperty(input, fc.constantFrom(0, 0.2, 0.34, 0.49), async (list, trim) => {
      for (const [dtype, bound] of [
        ['F32', 1e-5],
        ['F64', 1e-5],
        ['BF16', 0.03]
      ] as const) {
        const checkpoints = list.map(row => model('e', row, dtype))
        const init = { base: unread(checkpoints[0]!), ingredients: experts(checkpoints) }
        const middle = Math.floor((list.length - 1) / 2)
        const expected = (dropped: number) => list[0]!.map((_, i) => column(list, i, dropped))
        t.ok(areNear(await values(medianSoup(init)), expected(middle), bound), dtype)
        const trimmed = await values(trimmedMeanSoup({ ...init, trim }))
        t.ok(areNear(trimmed, expected(Math.floor(trim * list.length)), bound), dtype)
      }
    })
  )
})

t.test('the order of the experts has no effect on any bit', async t => {
  await fc.assert(
    fc.asyncProperty(family(5), fc.constantFrom(0, 0.2), async (list, trim) => {
      const init = { base: list[0]!, ingredients: experts(list), trim }
      const turned = { ...init, ingredients: experts(list.toReversed()) }
      t.equal(await bytes(medianSoup(init)), await bytes(medianSoup(turned)))
      t.equal(await bytes(trimmedMeanSoup(init)), await bytes(trimmedMeanSoup(turned)))
    })
  )
})

t.test('experts that agree give what they agree on, bit for bit', async t => {
  await fc.assert(
    fc.asyncProperty(family(1), counts, async ([expert], count) => {
      const init = { base: expert!, ingredients: experts(Array(count).fill(expert!)), trim: 0.2 }
      t.equal(await bytes(medianSoup(init)), await bytes(expert!))
      t.equal(await bytes(trimmedMeanSoup(init)), await bytes(expert!))
    })
  )
})

t.test('a majority that agrees outvotes whatever the others hold', async t => {
  await fc.assert(
    fc.asyncProperty(family(3), async ([honest, ...bad]) => {
      const ingredients = experts([bad[0]!, honest!, honest!, bad[1]!, honest!])
      t.equal(await bytes(medianSoup({ base: honest!, ingredients })), await bytes(honest!))
      const trimmed = trimmedMeanSoup({ base: honest!, ingredients, trim: 0.4 })
      t.equal(await bytes(trimmed), await bytes(honest!))
    })
  )
})

t.test('β = 0 is the uniform soup within rounding', async t => {
  await fc.assert(
    fc.asyncProperty(rows(4), async list => {
      const init = {
        base: model('b', list[0]!),
        ingredients: experts(list.map(r => model('e', r)))
      }
      const uniform = await values(uniformSoup(init))
      t.ok(areNear(await values(trimmedMeanSoup({ ...init, trim: 0 })), uniform, 1e-5))
    })
  )
})

t.test('a large tensor is the same in two parts; no floats must agree', async t => {
  const length = 70_003
  const list = [1, 2, 3].map(step =>
    model(
      'e',
      Float32Array.from({ length }, (_, i) => (i * step) % 7),
      'F16'
    )
  )
  const soup = medianSoup({ base: list[0]!, ingredients: experts(list) })
  const whole = await bytes(soup)
  t.ok((await bytesInParts(soup, 2 * 65_537)) === whole)
  const [a, b] = [raw('I8', [1], Int8Array.of(1)), raw('I8', [1], Int8Array.of(2))]
  await t.rejects(bytes(medianSoup({ base: a, ingredients: experts([a, b]) })), {
    code: 'SOUP_NOT_FLOAT'
  })
})
