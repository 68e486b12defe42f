import { Worker } from 'node:worker_threads'
import type { Progress, ProgressOptions } from '@soup/interface'
import { type ErrorJson, NodeError, RelayedError } from '../errors.ts'
import type { JobInput, JobName, JobOutput } from './jobs.ts'

/** What the worker sends. */
export type WorkerMessage =
  | { progress: Progress }
  | { result: unknown }
  | { error: ErrorJson; stack?: string | undefined }

/** What a worker that was asked to stop gets before it is ended by force. */
const ABORT_GRACE_MS = 5_000

/**
 * Runs a job in a worker thread of its own, so that a busy node still answers its peers.
 *
 * @param input plain data: it is copied to the worker
 * @returns what the job returns
 * @throws RelayedError with the job's own code; NodeError WORKER_DIED when the thread ended without an
 *   answer; the signal's reason when it was aborted
 */
export async function runJob<Name extends JobName>(
  name: Name,
  input: JobInput<Name>,
  options: ProgressOptions = {}
): Promise<JobOutput<Name>> {
  const { signal, onProgress } = options
  signal?.throwIfAborted()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { name, input },
    name: `job ${name}`
  })
  const abort = (): void => {
    worker.postMessage('abort')
    setTimeout(() => void worker.terminate(), ABORT_GRACE_MS).unref()
  }
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return (await outcome(worker, name, onProgress)) as JobOutput<Name>
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

function outcome(
  worker: Worker,
  name: string,
  onProgress: ProgressOptions['onProgress']
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      if ('progress' in message) onProgress?.(message.progress)
      else if ('result' in message) resolve(message.result)
      else reject(relayed(message.error, message.stack))
    })
    worker.on('error', cause => reject(died(name, cause.message, cause)))
    worker.on('exit', code => reject(died(name, `exit code ${code}`)))
  })
}

function relayed(json: ErrorJson, stack: string | undefined): RelayedError {
  const error = new RelayedError(json)
  if (stack !== undefined) error.stack = stack
  return error
}

function died(name: string, reason: string, cause?: unknown): NodeError {
  const message = `The worker of job '${name}' ended without an answer: ${reason}`
  return new NodeError('WORKER_DIED', message, { details: { job: name }, cause })
}
