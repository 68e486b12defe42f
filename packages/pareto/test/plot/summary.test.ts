import { test } from 'tap'
import { factsOf, titleOf } from '../../src/plot/summary.ts'
import { frontOf } from '../fixtures.ts'

const front = frontOf([[0.5, 1, 1]])

test('titleOf() names the task and up to two experts', async t => {
  t.equal(titleOf(front), 'locomotion: soups of risky and cautious')
  const experts = [...front.experts, ...front.experts]
  t.equal(titleOf({ ...front, experts }), 'locomotion: soups of 4 experts')
})

test('factsOf() tells hypervolume, chord violations and seeds', async t => {
  t.same(factsOf(front), [
    'hypervolume 48.00 above (0, 0)',
    '1 of 1 soups below the chord by more than 2 standard errors',
    'n\u00A0=\u00A016'
  ])
})

test('factsOf() is silent about a hypervolume that was not computed', async t => {
  const indicators = { ...front.indicators, hypervolume: null }
  t.equal(factsOf({ ...front, indicators }).length, 2)
})
