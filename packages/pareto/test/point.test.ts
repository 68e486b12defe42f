import { test } from 'tap'
import { isMixture, meansOf } from '../src/point.ts'
import { point } from './fixtures.ts'

test('isMixture() holds for soups and experts, not for the base or MORL', async t => {
  t.equal(isMixture(point('soup', [0.5, 0.5], [1])), true)
  t.equal(isMixture(point('expert', [1, 0], [1])), true)
  t.equal(isMixture(point('base', [0, 0], [1])), false)
  t.equal(isMixture(point('morl', [], [1])), false)
})

test('meansOf() keeps the order of points and rewards', async t => {
  t.same(meansOf([point('soup', [1], [1, 2], 9), point('base', [0], [3, 4])]), [
    [1, 2],
    [3, 4]
  ])
})
