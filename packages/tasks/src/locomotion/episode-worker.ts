import { on } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { parameterLayout, unflatten } from '@soup/finetune'
import { policyTensors } from '@soup/inference'
import type { EpisodeJob, EpisodeReply, EpisodeWorkerData } from './messages.ts'
import { openStage, type Stage } from './rollout.ts'
import { POLICY_LAYERS } from './settings.ts'

// Entry of a worker thread: runs one job after the other until it is sent null.

const { stop } = workerData as EpisodeWorkerData
const isStopped = () => Atomics.load(stop, 0) !== 0
if (parentPort === null) throw new TypeError('episode-worker.ts is the entry of a worker thread')
const port = parentPort
let stage: Stage | undefined

try {
  for await (const [job] of on(port, 'message') as AsyncIterable<[EpisodeJob | null]>) {
    if (job === null) break
    const reply: EpisodeReply = { id: job.id, sums: await run(job) }
    port.postMessage(reply)
  }
} finally {
  await stage?.close()
}

async function run(job: EpisodeJob): Promise<EpisodeReply['sums']> {
  if (stage?.populationSize !== job.count || stage.seeds !== job.seeds.length) {
    await stage?.close()
    stage = await openStage(job.count, job.seeds.length)
  }
  const layout = parameterLayout(policyTensors(POLICY_LAYERS), job.shared.keys())
  const policies = Array.from({ length: job.count }, (_, i) => {
    const start = (job.first + i) * layout.length
    const own = unflatten(layout, job.population.subarray(start, start + layout.length))
    return new Map([...job.shared, ...own])
  })
  return await stage.run(policies, job.seeds, isStopped)
}
