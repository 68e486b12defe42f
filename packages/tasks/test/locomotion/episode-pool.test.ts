import t from 'tap'
import { type EpisodeBatch, episodePool } from '../../src/locomotion/episode-pool.ts'
import { POLICY_LAYOUT, readPopulation } from '../../src/locomotion/policy.ts'
import { OBSERVATION_SIZE } from '../../src/locomotion/settings.ts'
import { policy } from './fixtures.ts'

const batchOf = async (populationSize: number): Promise<EpisodeBatch> => ({
  population: await readPopulation(Array.from({ length: populationSize }, (_, i) => policy(i))),
  populationSize,
  shared: new Map(),
  seeds: Uint32Array.of(1, 2),
  policiesPerJob: 2
})

const entry = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`)

t.test(
  'a batch comes back in order, whatever the number of workers and the last odd job',
  async t => {
    const batch = await batchOf(5)
    await using one = episodePool({ workers: 1 })
    await using three = episodePool({ workers: 3 })
    const sums = await one.run(batch)
    t.equal(sums.velocity.length, 10)
    t.equal(sums.moments.length, 2 * OBSERVATION_SIZE)
    t.same(await three.run(batch), sums)
    t.same(await one.run(batch), sums, 'and so does a second batch')
  }
)

t.test('a worker that fails is an error with its cause, and so is every later batch', async t => {
  await using pool = episodePool({ workers: 2 })
  const batch = { ...(await batchOf(4)), populationSize: 9 }
  const failed = { code: 'EPISODE_WORKER_FAILED', cause: { name: 'RangeError' } }
  await t.rejects(pool.run(batch), failed)
  await t.rejects(pool.run(await batchOf(1)), failed)
})

t.test('a worker that vanishes is an error, not a hang', async t => {
  await using pool = episodePool({ workers: 2, entry: entry('process.exit(3)') })
  const failed = { code: 'EPISODE_WORKER_FAILED', message: /exit code 3/ }
  await t.rejects(pool.run(await batchOf(4)), failed)
})

t.test('a worker that can not even start is an error', async t => {
  await using pool = episodePool({ workers: 1, entry: entry('import "nowhere"') })
  await t.rejects(pool.run(await batchOf(1)), { code: 'EPISODE_WORKER_FAILED' })
})

t.test('an abort ends running and waiting jobs with its reason', async t => {
  const controller = new AbortController()
  const reason = new Error('enough')
  await using pool = episodePool({ workers: 1, signal: controller.signal })
  const onEpisodes = () => controller.abort(reason)
  await t.rejects(pool.run({ ...(await batchOf(8)), onEpisodes }), reason)
})

t.test('a closed pool takes no work and closes again', async t => {
  const pool = episodePool({ workers: 1 })
  const running = pool.run(await batchOf(2))
  const rejected = t.rejects(running, { message: /closed/ })
  await pool.close()
  await rejected
  await pool.close()
  await t.rejects(pool.run(await batchOf(1)), { message: /closed/ })
})

t.test('a layout of all tensors is what an evaluation sends', async t => {
  t.equal((await batchOf(1)).population.length, POLICY_LAYOUT.length)
})
