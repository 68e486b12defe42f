import { readPolicy } from '@soup/inference'
import t from 'tap'
import { openStage } from '../../src/locomotion/rollout.ts'
import { EPISODE_STEPS, OBSERVATION_SIZE, POLICY_LAYERS } from '../../src/locomotion/settings.ts'
import { policy } from './fixtures.ts'

const running = () => false

t.test('an episode of a policy does not depend on the company that it runs in', async t => {
  const [one, two] = [
    await readPolicy(policy(1), POLICY_LAYERS),
    await readPolicy(policy(2), POLICY_LAYERS)
  ]
  const pair = await openStage(2, 2)
  t.teardown(() => pair.close())
  const seeds = Uint32Array.of(1, 2)
  const together = await pair.run([one, two], seeds, running)
  const swapped = await pair.run([two, one], seeds, running)
  const single = await openStage(1, 2)
  t.teardown(() => single.close())
  const alone = await single.run([two], seeds, running)
  t.same(together!.velocity.slice(2), alone!.velocity)
  t.same(swapped!.effort.slice(0, 2), alone!.effort)
  t.not(together!.velocity[0], together!.velocity[1])
})

t.test('moments are sums over all observations of the episodes', async t => {
  const stage = await openStage(1, 1)
  t.teardown(() => stage.close())
  const sums = await stage.run(
    [await readPolicy(policy(), POLICY_LAYERS)],
    Uint32Array.of(1),
    running
  )
  const moments = sums!.moments
  t.equal(moments.length, 2 * OBSERVATION_SIZE)
  for (let i = 0; i < OBSERVATION_SIZE; i++) {
    t.ok(moments[OBSERVATION_SIZE + i]! * EPISODE_STEPS >= moments[i]! ** 2, 'Cauchy-Schwarz holds')
  }
})

t.test('a stage that is told to stop gives nothing', async t => {
  const stage = await openStage(1, 1)
  t.teardown(() => stage.close())
  let steps = 0
  const tensors = [await readPolicy(policy(), POLICY_LAYERS)]
  t.equal(await stage.run(tensors, Uint32Array.of(1), () => ++steps > 3), undefined)
  t.equal(steps, 4)
})
