import { test } from 'tap'
import { computeIndicators, referencePoint } from '../src/indicators.ts'
import { frontOf, point } from './fixtures.ts'

test('referencePoint() is the lowest mean of base and experts on every reward', async t => {
  const { points } = frontOf([[0.5, -99, -99]], { base: [5, -1], first: [10, 2], second: [4, 9] })
  t.same(referencePoint([...points, point('morl', [], [-99, -99])]), [4, -1])
})

test('computeIndicators() measures soups and experts, not the base or MORL', async t => {
  const { points } = frontOf([[0.5, 7, 7]], { base: [4, 2] })
  const strong = [...points, point('morl', [], [99, 99])]
  t.equal(computeIndicators(strong, [4, 2]).hypervolume, 15)
})

test('computeIndicators() counts a soup once however many rewards are below the chord', async t => {
  const { indicators } = frontOf([
    [0.5, 1, 1],
    [0.4, 8, 6]
  ])
  t.equal(indicators.violations.length, 2)
  t.equal(indicators.chordViolations, 1)
})

test('computeIndicators() has no hypervolume for three rewards', async t => {
  const points = [point('expert', [1], [1, 2, 3]), point('base', [0], [0, 0, 0])]
  t.equal(computeIndicators(points, [0, 0, 0]).hypervolume, null)
})
