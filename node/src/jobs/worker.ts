/** The worker thread's entry: runs the one job that it was started for. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Progress, ProgressOptions } from '@soup/interface'
import { errorToJson } from '../errors.ts'
import { type JobName, jobs } from './jobs.ts'
import type { WorkerMessage } from './run-job.ts'

/** Progress is sent this often at most: a message costs both threads time. */
const PROGRESS_EVERY_MS = 50

const { name, input } = workerData as { name: JobName; input: never }
const controller = new AbortController()
parentPort?.on('message', () => controller.abort())

let sentAt = 0
let stage: string | undefined
function onProgress(progress: Progress): void {
  const now = performance.now()
  if (progress.stage === stage && now - sentAt < PROGRESS_EVERY_MS) return
  stage = progress.stage
  sentAt = now
  send({ progress })
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

const job = jobs[name] as (input: never, options: ProgressOptions) => Promise<unknown>
try {
  send({ result: await job(input, { signal: controller.signal, onProgress }) })
} catch (error) {
  send({ error: errorToJson(error), stack: error instanceof Error ? error.stack : undefined })
}
parentPort?.close()
