import { Worker } from 'node:worker_threads'
import { type ErrorJson, type Progress, type ProgressOptions, RelayedError } from '@soup/interface'
import { NodeError } from '../errors.ts'
import type { JobInput, JobName, JobOutput } from './jobs.ts'

/** What the worker sends. */
export type WorkerMessage =
  | { progress: Progress }
  | { result: unknown }
  | { error: ErrorJson; stack?: string | undefined }

/** What the worker is sent: a job, or that the one it has is to end. */
export type WorkerOrder = { name: JobName; input: unknown } | 'abort'

/** What a worker that was asked to stop gets before it is ended by force. */
const ABORT_GRACE_MS = 5_000

/** How long a worker waits for another job: starting one takes longer than many a job. */
const IDLE_MS = 10_000

/** Workers without a job, the one that had one last at the end. They don't keep the process alive. */
const idle: { worker: Worker; timer: NodeJS.Timeout }[] = []

/**
 * Runs a job in a worker thread, so that a busy node still answers its peers. The thread is kept for a while for
 * the next job; jobs at the same time have threads of their own.
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
  const worker = takeWorker()
  let force: NodeJS.Timeout | undefined
  const abort = (): void => {
    order(worker, 'abort')
    force = setTimeout(() => void worker.terminate(), ABORT_GRACE_MS).unref()
  }
  signal?.addEventListener('abort', abort, { once: true })
  try {
    order(worker, { name, input })
    return (await outcome(worker, name, onProgress)) as JobOutput<Name>
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    clearTimeout(force)
    keep(worker)
  }
}

function order(worker: Worker, message: WorkerOrder): void {
  worker.postMessage(message)
}

function takeWorker(): Worker {
  const kept = idle.pop()
  if (kept === undefined)
    return new Worker(new URL('./worker.ts', import.meta.url), { name: 'job' })
  clearTimeout(kept.timer)
  kept.worker.removeAllListeners()
  kept.worker.ref()
  return kept.worker
}

/** Keeps a worker that has answered; one that has died is forgotten. */
function keep(worker: Worker): void {
  worker.removeAllListeners()
  worker.unref()
  const forget = (): void => {
    const index = idle.findIndex(kept => kept.worker === worker)
    if (index >= 0) clearTimeout(idle.splice(index, 1)[0]!.timer)
  }
  const end = (): void => {
    forget()
    void worker.terminate()
  }
  worker.on('error', forget)
  worker.on('exit', forget)
  idle.push({ worker, timer: setTimeout(end, IDLE_MS).unref() })
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
      else reject(new RelayedError(message.error, message.stack))
    })
    worker.on('error', cause => reject(died(name, cause.message, cause)))
    worker.on('exit', code => reject(died(name, `exit code ${code}`)))
  })
}

function died(name: string, reason: string, cause?: unknown): NodeError {
  const message = `The worker of job '${name}' ended without an answer: ${reason}`
  return new NodeError('WORKER_DIED', message, { details: { job: name }, cause })
}
