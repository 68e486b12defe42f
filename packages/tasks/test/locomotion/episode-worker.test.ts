import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import type { EpisodeJob } from '../../src/locomotion/messages.ts'
import { readPopulation } from '../../src/locomotion/policy.ts'
import { policy } from './fixtures.ts'

const url = new URL('../../src/locomotion/episode-worker.ts', import.meta.url)

t.test('a worker answers each job by its id and ends cleanly on null', async t => {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(url, { workerData: { stop } })
  const exit = once(worker, 'exit')
  const job: EpisodeJob = {
    id: 7,
    population: await readPopulation([policy()]),
    first: 0,
    count: 1,
    shared: new Map(),
    seeds: Uint32Array.of(1)
  }
  worker.postMessage(job)
  const [reply] = await once(worker, 'message')
  t.match(reply, { id: 7, sums: { velocity: { length: 1 } } })
  Atomics.store(stop, 0, 1)
  worker.postMessage({ ...job, id: 8 })
  t.same((await once(worker, 'message'))[0], { id: 8, sums: undefined })
  worker.postMessage(null)
  t.same(await exit, [0])
})
