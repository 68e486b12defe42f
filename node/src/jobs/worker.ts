/** The worker thread's entry: runs jobs, one at a time, as they come. */
import { parentPort } from 'node:worker_threads'
import { errorToJson, type Progress, type ProgressOptions } from '@soup/interface'
import { jobs } from './jobs.ts'
import type { WorkerMessage, WorkerOrder } from './run-job.ts'

/** Progress is sent this often at most: a message costs both threads time. */
const PROGRESS_EVERY_MS = 50

let controller = new AbortController()

parentPort?.on('message', (order: WorkerOrder) => {
  if (order === 'abort') controller.abort()
  else void run(order)
})

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

async function run({ name, input }: Exclude<WorkerOrder, 'abort'>): Promise<void> {
  controller = new AbortController()
  const job = jobs[name] as (input: unknown, options: ProgressOptions) => Promise<unknown>
  try {
    const { signal } = controller
    send({ result: await job(input, { signal, onProgress: nowAndThen() }) })
  } catch (error) {
    send({ error: errorToJson(error), stack: error instanceof Error ? error.stack : undefined })
  }
}

/** Sends a stage's first step at once, then one step every {@link PROGRESS_EVERY_MS}. */
function nowAndThen(): (progress: Progress) => void {
  let sentAt = 0
  let stage: string | undefined
  return progress => {
    const now = performance.now()
    if (progress.stage === stage && now - sentAt < PROGRESS_EVERY_MS) return
    stage = progress.stage
    sentAt = now
    send({ progress })
  }
}
