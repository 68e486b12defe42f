import fc from 'fast-check'
import { test } from 'tap'
import { chordViolations } from '../src/chord.ts'
import { frontOf, point } from './fixtures.ts'

test('chordViolations() names the soup, the reward, the gap and its standard error', async t => {
  const { points } = frontOf([[0.5, 6.5, 6]], { stderr: 0.2 })
  const stderr = Math.hypot(0.2, 0.5 * 0.2, 0.5 * 0.2)
  t.same(chordViolations(points, 2), [{ point: 2, reward: 0, gap: 0.5, stderr }])
})

test('chordViolations() allows a gap of as many standard errors as asked for', async t => {
  const { points } = frontOf([[0.5, 6.5, 6]], { stderr: 0.2 })
  t.equal(chordViolations(points, 2.1).length, 0)
  t.equal(chordViolations(points, 2).length, 1, '0.5 is more than 2 × 0.245')
  t.equal(chordViolations(frontOf([[0.5, 6.5, 5]], { stderr: 0.1 }).points).length, 2)
})

test('chordViolations() finds nothing in points exactly on the chord, measured without noise', async () => {
  const real = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), real, real, (lambda, a, b) => {
      const mix = (1 - lambda) * a + lambda * b
      const { points } = frontOf([[lambda, mix, mix]], { first: [a, a], second: [b, b] })
      return chordViolations(points).length === 0
    })
  )
})

test('chordViolations() judges soups only, and only on the simplex', async t => {
  const points = [
    point('base', [0, 0], [-5, -5]),
    point('expert', [1, 0], [10, 2]),
    point('expert', [0, 1], [4, 9]),
    point('soup', [1.5, -0.5], [-9, -9]),
    point('soup', [0.5, 0], [-9, -9]),
    point('morl', [], [-9, -9])
  ]
  t.same(chordViolations(points), [])
})

test('chordViolations() mixes three experts by their coefficients', async t => {
  const points = [
    point('expert', [1, 0, 0], [9]),
    point('expert', [0, 1, 0], [0]),
    point('expert', [0, 0, 1], [3]),
    point('soup', [0.1, 0.2, 0.7], [2.5])
  ]
  const [violation] = chordViolations(points)
  t.match(violation, { point: 3, reward: 0, stderr: 0 })
  t.ok(Math.abs(violation!.gap - 0.5) < 1e-12)
})

test('chordViolations() refuses a missing expert and a negative threshold', async t => {
  t.throws(() => chordViolations([point('soup', [1], [1])]), /expert 0 is not among the points/)
  t.throws(() => chordViolations([], -1), RangeError)
  t.throws(() => chordViolations([], Number.NaN), RangeError)
})
