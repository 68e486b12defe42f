import fc from 'fast-check'
import { test } from 'tap'
import { hypervolume } from '../src/hypervolume.ts'

const GRID = 8
const pair = fc.tuple(fc.integer({ min: 0, max: GRID }), fc.integer({ min: 0, max: GRID }))
const pairs = fc.array(pair, { maxLength: 12 })

/** Counts the unit cells between the reference and any point. */
function countCells(points: readonly (readonly number[])[], [left, floor]: number[]): number {
  let cells = 0
  for (let x = left!; x < GRID; x++) {
    for (let y = floor!; y < GRID; y++) {
      if (points.some(point => point[0]! > x && point[1]! > y)) cells++
    }
  }
  return cells
}

test('hypervolume() of known fronts', async t => {
  t.equal(hypervolume([], [0, 0]), 0)
  t.equal(hypervolume([[2, 3]], [0, 0]), 6)
  t.equal(
    hypervolume(
      [
        [3, 1],
        [1, 3]
      ],
      [0, 0]
    ),
    5
  )
  t.equal(
    hypervolume(
      [
        [3, 1],
        [1, 3],
        [1, 1],
        [3, 1]
      ],
      [0, 0]
    ),
    5
  )
  t.equal(hypervolume([[-1, -2]], [-3, -4]), 4)
})

test('hypervolume() counts nothing for a point at or below the reference on a reward', async t => {
  t.equal(
    hypervolume(
      [
        [5, 0],
        [0, 5],
        [-1, 9]
      ],
      [0, 0]
    ),
    0
  )
})

test('hypervolume() equals the number of grid cells covered', async () => {
  fc.assert(
    fc.property(pairs, pair, (points, reference) => {
      return hypervolume(points, reference) === countCells(points, reference)
    })
  )
})

test('hypervolume() never falls when a point is added, and does not depend on order', async () => {
  fc.assert(
    fc.property(pairs, pair, (points, extra) => {
      const before = hypervolume(points, [0, 0])
      return (
        hypervolume([...points, extra], [0, 0]) >= before &&
        hypervolume(points.toReversed(), [0, 0]) === before
      )
    })
  )
})

test('hypervolume() refuses any number of rewards but 2, and NaN', async t => {
  t.throws(() => hypervolume([[1, 2, 3]], [0, 0, 0]), /2 rewards only, got 3/)
  t.throws(() => hypervolume([[1]], [0, 0]), RangeError)
  t.throws(() => hypervolume([[1, Number.NaN]], [0, 0]), RangeError)
})
