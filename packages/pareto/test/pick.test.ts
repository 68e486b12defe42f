import fc from 'fast-check'
import { test } from 'tap'
import { dominates } from '../src/dominance.ts'
import { pickLambda } from '../src/pick.ts'
import { isMixture, meansOf } from '../src/point.ts'
import { parsePreference } from '../src/preference.ts'
import { frontOf, fronts } from './fixtures.ts'

const front = frontOf([
  [0.3, 9, 5],
  [0.5, 7, 7],
  [0.75, 6, 8]
])

function pick(text: string) {
  return pickLambda(front, parsePreference(text, front.rewards))
}

test('pickLambda() takes the expert when only its reward matters', async t => {
  t.same(pick('risky=1').lambda, [1, 0])
  t.same(pick('cautious=1').lambda, [0, 1])
})

test('pickLambda() compares gains from the base (0) to the best expert (1)', async t => {
  t.match(pick('risky=1,cautious=1'), {
    preference: { risky: 0.5, cautious: 0.5 },
    lambda: [0.25, 0.75],
    expected: [6, 8],
    stderr: [0, 0],
    normalised: [0.6, 8 / 9],
    point: 4
  })
})

test('pickLambda() does not change its λ when a reward is scaled and shifted', async t => {
  const scaled = frontOf(
    [
      [0.3, 9003, 5],
      [0.5, 7003, 7],
      [0.75, 6003, 8]
    ],
    { base: [3, 0], first: [10003, 2], second: [4003, 9] }
  )
  for (let percent = 0; percent <= 100; percent += 5) {
    const text = `risky=${percent},cautious=${100 - percent}`
    const preference = parsePreference(text, front.rewards)
    t.equal(pickLambda(scaled, preference).point, pickLambda(front, preference).point, text)
  }
})

test('pickLambda() never picks the base, and takes the first of equal soups', async t => {
  const same = frontOf(
    [
      [0.2, 5, 5],
      [0.4, 5, 5]
    ],
    { base: [9, 9], first: [0, 0], second: [0, 0] }
  )
  t.same(pickLambda(same, parsePreference('risky=1', same.rewards)).lambda, [0.8, 0.2])
})

test('pickLambda() maximises the score over all soups, and its pick is never dominated', async () => {
  const importance = fc.integer({ min: 0, max: 4 })
  fc.assert(
    fc.property(fronts, importance, importance, (random, a, b) => {
      fc.pre(a + b > 0)
      const preference = parsePreference(`risky=${a},cautious=${b}`, random.rewards)
      const chosen = pickLambda(random, preference)
      const mixtures = meansOf(random.points.filter(isMixture))
      return !mixtures.some(means => dominates(means, chosen.expected))
    })
  )
})

test('looking only at the front loses no score (Lemma 1)', async () => {
  const ends = { base: [0, 0], first: [8, 0], second: [0, 8] }
  const reward = fc.integer({ min: -8, max: 9 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(reward, reward)),
      fc.integer({ min: 0, max: 8 }),
      (soups, importance) => {
        const random = frontOf(
          soups.map(([x, y]) => [0.5, x, y] as const),
          ends
        )
        const mu = [importance / 8, 1 - importance / 8]
        const score = (means: readonly number[]): number => mu[0]! * means[0]! + mu[1]! * means[1]!
        const preference = new Map(random.rewards.map((name, k) => [name, mu[k]!]))
        const all = meansOf(random.points.filter(isMixture)).map(score)
        return score(pickLambda(random, preference).expected) === Math.max(...all)
      }
    )
  )
})

test('pickLambda() works for one reward and for three', async t => {
  const points = front.points.map(point => ({ ...point, rewards: point.rewards.slice(0, 1) }))
  const one = { ...front, rewards: ['risky'], points }
  t.same(pickLambda(one, parsePreference('risky=1', ['risky'])).lambda, [1, 0])
  const wide = front.points.map(point => ({
    ...point,
    rewards: [...point.rewards, point.rewards[0]!]
  }))
  const three = { ...front, rewards: ['risky', 'cautious', 'again'], points: wide }
  t.same(pickLambda(three, parsePreference('again=1', three.rewards)).lambda, [1, 0])
})

test('pickLambda() refuses a preference about other rewards', async t => {
  t.throws(() => pickLambda(front, parsePreference('a=1', ['a'])), /nothing about .* 'risky'/)
})
