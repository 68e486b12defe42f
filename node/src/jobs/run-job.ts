import { Worker } from 'node:worker_threads'
import {
  type ErrorJson,
  isOutOfFiles,
  OUT_OF_FILES,
  type Progress,
  type ProgressOptions,
  RelayedError
} from '@soup/interface'
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

/** A worker without a job. It doesn't keep the process alive. */
interface Idle {
  worker: Worker
  /** Makes it ready for a job. */
  release(): void
}

/** Workers without a job, the one that had one last at the end. */
const idle: Idle[] = []

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
  }
}

function order(worker: Worker, message: WorkerOrder): void {
  worker.postMessage(message)
}

function takeWorker(): Worker {
  const kept = idle.pop()
  if (kept === undefined)
    return new Worker(new URL('./worker.ts', import.meta.url), { name: 'job' })
  kept.release()
  return kept.worker
}

/** Keeps a worker that has answered; one that dies meanwhile is forgotten. */
function keep(worker: Worker): void {
  const kept: Idle = {
    worker,
    release: () => {
      clearTimeout(timer)
      stop()
      worker.ref()
    }
  }
  const forget = (): void => {
    const index = idle.indexOf(kept)
    if (index >= 0) idle.splice(index, 1)
    clearTimeout(timer)
  }
  const timer = setTimeout(() => {
    forget()
    void worker.terminate()
  }, IDLE_MS).unref()
  const stop = listen(worker, { error: forget, exit: forget })
  worker.unref()
  idle.push(kept)
}

/**
 * Listens to a worker. Its listeners are taken away by name: removing all of them would remove Node's own too, without
 * which no further message comes.
 *
 * @returns stops listening
 */
function listen(
  worker: Worker,
  listeners: Readonly<Record<string, (value: never) => void>>
): () => void {
  const all = Object.entries(listeners) as [string, (value: unknown) => void][]
  for (const [event, listener] of all) worker.on(event, listener)
  return () => {
    for (const [event, listener] of all) worker.off(event, listener)
  }
}

/** What a worker answers; it is kept then. */
function outcome(
  worker: Worker,
  name: string,
  onProgress: ProgressOptions['onProgress']
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = listen(worker, {
      message: (message: WorkerMessage) => {
        if ('progress' in message) return onProgress?.(message.progress)
        stop()
        keep(worker)
        if ('result' in message) resolve(message.result)
        else reject(new RelayedError(message.error, message.stack))
      },
      error: (cause: Error) => reject(died(name, cause.message, cause)),
      exit: (code: number) => reject(died(name, `exit code ${code}`))
    })
  })
}

function died(name: string, problem: string, cause?: unknown): NodeError {
  const reason = isOutOfFiles(problem) ? OUT_OF_FILES : problem
  const message = `The worker of job '${name}' ended without an answer: ${reason}`
  return new NodeError('WORKER_DIED', message, { details: { job: name }, cause })
}
