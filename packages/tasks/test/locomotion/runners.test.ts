import t from 'tap'
import { openRunners } from '../../src/locomotion/runners.ts'
import { ACTION_SIZE, CONTROL_SECONDS, OBSERVATION_SIZE } from '../../src/locomotion/settings.ts'

const wave = (step: number) =>
  Float32Array.from({ length: 2 * ACTION_SIZE }, (_, j) => Math.sin(step / 3 + (j % ACTION_SIZE)))

t.test('robots at rest stand on their feet', async t => {
  const runners = await openRunners(1)
  t.teardown(() => runners.close())
  runners.reset(0, 1)
  for (let i = 0; i < 100; i++) runners.step(0, new Float32Array(ACTION_SIZE))
  const observation = new Float32Array(OBSERVATION_SIZE)
  runners.observe(0, observation)
  const [height = 1, pitch = 1] = observation
  t.ok(Math.abs(height) < 0.15, `height ${height}`)
  t.ok(Math.abs(pitch) < 0.3, `pitch ${pitch}`)
  t.ok(
    observation.slice(8).every(velocity => Math.abs(velocity) < 0.05),
    'nothing moves'
  )
})

t.test(
  'the same seed and actions give the same motion bit for bit, another seed another',
  async t => {
    const runners = await openRunners(2)
    t.teardown(() => runners.close())
    const observed = (seeds: number[]) => {
      seeds.forEach((seed, i) => void runners.reset(i, seed))
      for (let step = 0; step < 50; step++) {
        for (let i = 0; i < 2; i++) runners.step(i, wave(step))
      }
      const into = new Float32Array(2 * OBSERVATION_SIZE)
      for (let i = 0; i < 2; i++) runners.observe(i, into)
      return [into.slice(0, OBSERVATION_SIZE), into.slice(OBSERVATION_SIZE)]
    }
    const [a, b] = observed([7, 7])
    t.same(a, b)
    const [c, d] = observed([7, 8])
    t.same(a, c)
    t.notSame(c, d)
  }
)

t.test('a robot moves by velocity × time and pays the squares of its actions', async t => {
  const runners = await openRunners(1)
  t.teardown(() => runners.close())
  runners.reset(0, 3)
  const { effort, velocity } = runners.step(0, Float32Array.of(1, -0.5, 0, 0, 0, 0.25))
  t.equal(effort, 1 + 0.25 + 0.0625)
  t.ok(Math.abs(velocity) * CONTROL_SECONDS < 1)
})

t.test('an action that is not a number counts as rest', async t => {
  const runners = await openRunners(2)
  t.teardown(() => runners.close())
  for (let i = 0; i < 2; i++) runners.reset(i, 4)
  const actions = new Float32Array(2 * ACTION_SIZE).fill(Number.NaN, ACTION_SIZE)
  t.same(runners.step(0, actions), runners.step(1, actions))
})

t.test('robots survive others that make WebAssembly memory move', async t => {
  const few = await openRunners(1)
  few.reset(0, 5)
  const before = few.step(0, wave(0))
  const many = await openRunners(300)
  t.teardown(() => many.close())
  few.reset(0, 5)
  t.same(few.step(0, wave(0)), before)
  few.close()
  few.close()
})
