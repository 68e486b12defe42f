import fc from 'fast-check'
import { test } from 'tap'
import { dominates, nonDominated } from '../src/dominance.ts'

const vectors = fc
  .integer({ min: 1, max: 4 })
  .chain(axes =>
    fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: axes, maxLength: axes }))
  )

test('dominates() needs one reward to be better and none to be worse', async t => {
  t.equal(dominates([2, 1], [1, 1]), true)
  t.equal(dominates([1, 1], [1, 1]), false)
  t.equal(dominates([2, 0], [1, 1]), false)
  t.equal(dominates([1], [0]), true)
})

test('nonDominated() finds the members of a small front, duplicates included', async t => {
  t.same(nonDominated([]), [])
  t.same(
    nonDominated([
      [1, 1],
      [2, 0],
      [1, 1],
      [0, 2],
      [0, 1]
    ]),
    [0, 1, 2, 3]
  )
  t.same(nonDominated([[1], [3], [2], [3]]), [1, 3])
  t.same(
    nonDominated([
      [0, 0],
      [-0, 0]
    ]),
    [0, 1],
    'zeros of either sign are equal'
  )
})

test('nonDominated() keeps exactly the points that no other point dominates', async () => {
  fc.assert(
    fc.property(vectors, points => {
      const brute = points.flatMap((p, i) => (points.some(q => dominates(q, p)) ? [] : [i]))
      return JSON.stringify(nonDominated(points)) === JSON.stringify(brute)
    })
  )
})

test('nonDominated() of a front is the front', async () => {
  fc.assert(
    fc.property(vectors, points => {
      const front = nonDominated(points).map(index => points[index]!)
      return nonDominated(front).length === front.length
    })
  )
})

test('nonDominated() takes 1,024 points that are all on the front', async t => {
  const points = Array.from({ length: 1024 }, (_, i) => [i, -i])
  t.equal(nonDominated(points).length, 1024)
})

test('NaN, no rewards and unequal lengths are refused', async t => {
  t.throws(() => dominates([Number.NaN], [1]), /reward 0 of point 0 is NaN/)
  t.throws(() => nonDominated([[1, 2], [1]]), RangeError)
  t.throws(() => nonDominated([[], []]), RangeError)
})
