import type { Checkpoint } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { linearSoup } from '../src/linear-soup.ts'
import { slerpSoup } from '../src/slerp-soup.ts'
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

function slerp(a: Checkpoint, b: Checkpoint, lambda: readonly number[]): Checkpoint {
  const [first, second] = experts([a, b], lambda)
  return slerpSoup({ base: unread(a), ingredients: [first!, second!] })
}

/** Shoemake's formula in f64; undefined where the vectors are colinear or too small to say. */
function expected(a: readonly number[], b: readonly number[], lambda: readonly number[]) {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  if (!(Math.abs(cosine) < 0.999) || Math.min(dot(a, a), dot(b, b)) < 1e-12) return undefined
  const angle = Math.acos(cosine)
  const [s, u] = lambda.map(part => Math.sin(part * angle) / Math.sin(angle))
  return a.map((value, i) => s! * value + u! * b[i]!)
}

/** Factors are up to sin⁻¹ of the least angle; of F64, reading rounds to f32. */
const BOUNDS = [
  ['F32', 2e-4],
  ['F64', 2e-4],
  ['BF16', 0.5]
] as const

t.test('it is sin(λ₁Ω)/sin Ω·θ₁ + sin(λ₂Ω)/sin Ω·θ₂', async t => {
  await fc.assert(
    fc.asyncProperty(rows(2), simplex(2), async ([a, b], lambda) => {
      for (const [dtype, bound] of BOUNDS) {
        const [first, second] = [model('a', a!, dtype), model('b', b!, dtype)]
        const reference = expected(await values(first), await values(second), lambda)
        fc.pre(reference !== undefined)
        t.ok(areNear(await values(slerp(first, second, lambda)), reference, bound))
      }
    })
  )
})

t.test(
  'λ = 1 is that expert, and experts that agree give what they agree on, bit for bit',
  async t => {
    await fc.assert(
      fc.asyncProperty(family(2), async ([a, b]) => {
        t.equal(await bytes(slerp(a!, b!, [1, 0])), await bytes(a!))
        t.equal(await bytes(slerp(a!, b!, [0, 1])), await bytes(b!))
        t.equal(await bytes(slerp(a!, a!, [0.3, 0.7])), await bytes(a!))
      })
    )
  }
)

t.test('the length of two vectors of equal length stays', async t => {
  const soup = slerp(model('a', [3, 0]), model('b', [0, 3]), [0.4, 0.6])
  const [x, y] = await values(soup)
  t.ok(Math.abs(Math.hypot(x!, y!) - 3) < 1e-6)
})

t.test('colinear tensors, and those without direction, are mixed linearly', async t => {
  const cases = [
    [
      [1, 2],
      [2, 4.01]
    ],
    [
      [1, 2],
      [-2, -4]
    ],
    [
      [0, 0],
      [1, 2]
    ],
    [
      [1, Infinity],
      [1, 2]
    ]
  ] as const
  for (const [a, b] of cases) {
    const list = [model('a', a), model('b', b)] as const
    const linear = linearSoup({ base: list[0], ingredients: experts(list, [0.25, 0.75]) })
    t.equal(await bytes(slerp(...list, [0.25, 0.75])), await bytes(linear))
  }
})

t.test('a tensor is looked at once, however often it is read', async t => {
  let opened = 0
  const counted = (of: Checkpoint): Checkpoint => ({
    ...of,
    open: (name, offset) => {
      opened++
      return of.open(name, offset)
    }
  })
  const [first, second] = experts([counted(model('a', [1, 0])), counted(model('b', [0, 1]))])
  const soup = slerpSoup({ base: model('a', [1, 0]), ingredients: [first!, second!] })
  t.ok(soup.isSequential)
  t.equal(await bytes(soup), await bytes(soup))
  t.equal(opened, 6)
})

t.test('tensors that are no floats must agree', async t => {
  const [a, b] = [raw('I32', [1], Int32Array.of(1)), raw('I32', [1], Int32Array.of(2))]
  t.equal(await bytes(slerp(a, a, [0.5, 0.5])), '01000000')
  await t.rejects(bytes(slerp(a, b, [0.5, 0.5])), { code: 'SOUP_NOT_FLOAT' })
})

t.test('λ off the simplex is refused', async t => {
  const a = model('a', [1])
  t.throws(() => slerp(a, a, [0.5, 0.6]), { code: 'SOUP_LAMBDA' })
})
