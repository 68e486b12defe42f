import type { Progress } from '@soup/interface'
import t from 'tap'
import { type EvolveInit, evolve, type Objective, randomStream } from '../src/index.ts'

const TARGET = [1, -2, 0.5, 3, 0]
const INIT: EvolveInit = {
  parameters: new Float32Array(TARGET.length),
  seed: 1,
  iterations: 200,
  directions: 16,
  sigma: 0.1,
  learningRate: 0.05
}

const distance = (parameters: ArrayLike<number>) =>
  Math.hypot(...TARGET.map((x, j) => x - parameters[j]!))

/** Rewards by a function of one candidate and the iteration's first episode seed. */
function objective(reward: (candidate: Float32Array, seed: number) => number): Objective {
  return async (population, { populationSize, seeds }) => {
    const d = population.length / populationSize
    return Float64Array.from({ length: populationSize }, (_, p) =>
      reward(population.subarray(p * d, (p + 1) * d), seeds[0]!)
    )
  }
}

const quadratic = objective(candidate => -(distance(candidate) ** 2))

t.test('evolve() finds the maximum of a quadratic', async t => {
  const { parameters, history } = await evolve(INIT, quadratic)
  t.ok(distance(parameters) < 0.15, `ended ${distance(parameters)} away`)
  t.equal(history.length, 200)
  t.ok(history.at(-1)!.reward.mean > history[0]!.reward.mean)
  t.equal(history[0]!.reward.n, 32)
  t.ok(history.every(({ best, reward }) => best >= reward.mean))
})

t.test('evolve() finds it through noise that all candidates of an iteration share', async t => {
  // Noise of 100 in the reward, and a term that ties noise to the parameters.
  const noisy = objective((candidate, seed) => {
    const random = randomStream(seed)
    const shift = 100 * random.gaussian()
    return (
      shift -
      TARGET.reduce((sum, x, j) => {
        const error = x + 0.5 * random.gaussian() - candidate[j]!
        return sum + error * error
      }, 0)
    )
  })
  const { parameters } = await evolve({ ...INIT, iterations: 400, learningRate: 0.02 }, noisy)
  t.ok(distance(parameters) < 0.5, `ended ${distance(parameters)} away`)
})

t.test('the same seed gives the same bits, another seed others', async t => {
  const short = { ...INIT, iterations: 5 }
  const [a, b, c] = [
    await evolve(short, quadratic),
    await evolve(short, quadratic),
    await evolve({ ...short, seed: 2 }, quadratic)
  ]
  t.same(a, b)
  t.notSame(a.parameters, c.parameters)
})

t.test('evolve() gives known bits: they may not change from machine to machine', async t => {
  const linear = objective(candidate => candidate[0]! - candidate[1]!)
  const { parameters } = await evolve({ ...INIT, iterations: 3, directions: 2 }, linear)
  t.equal(
    Buffer.from(parameters.buffer).toString('hex'),
    '6eada3bdc40c10be941febbd3551173e0ffcae3d'
  )
})

t.test('every candidate of an iteration meets the same fresh seeds', async t => {
  const seen: number[][] = []
  const watch: Objective = async (population, context) => {
    seen.push([...context.seeds])
    t.equal(context.iteration, seen.length - 1)
    t.equal(context.populationSize, 32)
    return await quadratic(population, context)
  }
  await evolve({ ...INIT, iterations: 3, seeds: 4 }, watch)
  t.same(
    seen.map(each => each.length),
    [4, 4, 4]
  )
  t.equal(new Set(seen.flat()).size, 12)
})

t.test('the start is not mutated, and equal rewards move nothing', async t => {
  const start = Float32Array.of(1, 2)
  const { parameters, history } = await evolve(
    { ...INIT, parameters: start, iterations: 3 },
    objective(() => 4)
  )
  t.same([...parameters], [1, 2])
  t.same([...start], [1, 2])
  t.equal(history.at(-1)!.distance, 0)
})

t.test('anchorDecay keeps the result closer to the start', async t => {
  const free = await evolve(INIT, quadratic)
  const held = await evolve({ ...INIT, anchorDecay: 0.02 }, quadratic)
  t.ok(held.history.at(-1)!.distance < free.history.at(-1)!.distance - 0.5)
  t.ok(held.history.at(-1)!.distance > 0.5)
})

t.test('an abort ends evolve() with its reason, during a measurement or before', async t => {
  const controller = new AbortController()
  const reason = new Error('enough')
  let calls = 0
  const stopping: Objective = async (population, context) => {
    if (++calls === 3) controller.abort(reason)
    return await quadratic(population, context)
  }
  const { signal } = controller
  await t.rejects(evolve(INIT, stopping, { signal }), reason)
  t.equal(calls, 3)
  await t.rejects(evolve(INIT, stopping, { signal }), reason)
  t.equal(calls, 3)
})

t.test('progress starts at 0 and ends at the number of iterations', async t => {
  const seen: Progress[] = []
  const onProgress = (progress: Progress) => {
    seen.push(progress)
  }
  await evolve({ ...INIT, iterations: 2 }, quadratic, { onProgress })
  t.same(
    seen.map(({ done, total, unit }) => [done, total, unit]),
    [0, 1, 2].map(done => [done, 2, 'iterations'])
  )
  t.match(seen.at(-1)?.note, /^mean reward -/)
})

t.test('a reward that is not finite ends evolve(), naming iteration and candidate', async t => {
  for (const value of [Number.NaN, Infinity]) {
    const broken: Objective = async (population, context) => {
      const rewards = await quadratic(population, context)
      return context.iteration === 2 ? Array.from(rewards).with(7, value) : rewards
    }
    await t.rejects(evolve(INIT, broken), {
      code: 'REWARD_NOT_FINITE',
      message: /iteration 2: candidate 7/,
      details: { iteration: 2, candidate: 7 }
    })
  }
  await t.rejects(
    evolve(INIT, async () => [1]),
    /expected 32 rewards, got 1/
  )
})

t.test('settings out of range are refused by name', async t => {
  const cases: [string, Partial<EvolveInit>][] = [
    ['parameters', { parameters: new Float32Array(0) }],
    ['parameters', { parameters: Float32Array.of(Number.NaN) }],
    ['seed', { seed: -1 }],
    ['iterations', { iterations: 1.5 }],
    ['directions', { directions: 0 }],
    ['sigma', { sigma: 0 }],
    ['learningRate', { learningRate: Number.NaN }],
    ['anchorDecay', { anchorDecay: 1 }],
    ['seeds', { seeds: 0 }]
  ]
  for (const [name, change] of cases) {
    await t.rejects(evolve({ ...INIT, ...change }, quadratic), new RegExp(`evolve: ${name} must`))
  }
})
