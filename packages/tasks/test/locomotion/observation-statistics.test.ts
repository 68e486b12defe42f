import t from 'tap'
import { observationStatistics } from '../../src/locomotion/observation-statistics.ts'
import { EPISODE_STEPS, OBSERVATION_SIZE } from '../../src/locomotion/settings.ts'

const batch = (sum: number, squares: number) => ({
  velocity: new Float64Array(1),
  effort: new Float64Array(1),
  moments: new Float64Array(2 * OBSERVATION_SIZE).fill(sum).fill(squares, OBSERVATION_SIZE)
})

t.test('statistics start at mean 0 and deviation 1', async t => {
  const { tensors } = observationStatistics()
  t.same(tensors.get('observation.mean'), new Float32Array(OBSERVATION_SIZE))
  t.same(tensors.get('observation.std'), new Float32Array(OBSERVATION_SIZE).fill(1))
})

t.test('one batch gives its own mean and deviation', async t => {
  const statistics = observationStatistics()
  statistics.add(batch(2 * EPISODE_STEPS, 13 * EPISODE_STEPS))
  t.equal(statistics.tensors.get('observation.mean')![0], 2)
  t.equal(statistics.tensors.get('observation.std')![OBSERVATION_SIZE - 1], 3)
})

t.test('a value that never moves keeps a positive deviation', async t => {
  const statistics = observationStatistics()
  statistics.add(batch(EPISODE_STEPS, EPISODE_STEPS))
  t.ok(statistics.tensors.get('observation.std')!.every(deviation => deviation > 0))
})

t.test('older batches fade', async t => {
  const statistics = observationStatistics()
  statistics.add(batch(0, EPISODE_STEPS))
  statistics.add(batch(EPISODE_STEPS, EPISODE_STEPS))
  t.ok(statistics.tensors.get('observation.mean')![0]! > 0.5)
})
