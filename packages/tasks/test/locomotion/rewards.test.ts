import t from 'tap'
import { episodeRewards, pretrainReward, REWARDS } from '../../src/locomotion/rewards.ts'

const sums = {
  velocity: Float64Array.of(0, 1300),
  effort: Float64Array.of(0, 1000),
  moments: new Float64Array()
}

t.test(
  'risky is the velocity, cautious takes off the effort, pre-training a tenth of it',
  async t => {
    t.same(episodeRewards(sums, 1), { risky: 1300, cautious: 300 })
    t.equal(pretrainReward(sums, 1), 1200)
  }
)

t.test('every reward that is named has a value, in the same order', async t => {
  t.same(
    Object.keys(episodeRewards(sums, 0)),
    REWARDS.map(reward => reward.name)
  )
})
