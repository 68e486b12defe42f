import t from 'tap'
import { POLICY_LAYOUT, readPopulation, TRAINED_LAYOUT } from '../../src/locomotion/policy.ts'
import { OBSERVATION_SIZE } from '../../src/locomotion/settings.ts'
import { policy } from './fixtures.ts'

t.test('readPopulation() lays policies side by side; the statistics are not trained', async t => {
  const population = await readPopulation([policy(1), policy(2)])
  t.equal(population.length, 2 * POLICY_LAYOUT.length)
  t.same(population.slice(POLICY_LAYOUT.length), await readPopulation([policy(2)]))
  t.equal(POLICY_LAYOUT.length - TRAINED_LAYOUT.length, 2 * OBSERVATION_SIZE)
})
