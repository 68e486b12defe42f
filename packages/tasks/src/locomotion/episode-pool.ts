import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { AbortOptions } from '@soup/interface'
import { TaskError } from '../errors.ts'
import type { EpisodeJob, EpisodeReply, EpisodeSums, EpisodeWorkerData } from './messages.ts'
import { OBSERVATION_SIZE } from './settings.ts'

/** Policies to run, each on the same seeds. */
export interface EpisodeBatch {
  /** Trained parameters, `[P, d]`; not to be changed until the batch is done. */
  readonly population: Float32Array<SharedArrayBuffer>
  /** P. */
  readonly populationSize: number
  /** Tensors that all policies share, by name. */
  readonly shared: ReadonlyMap<string, Float32Array>
  /** Seeds of the episodes, uint32. */
  readonly seeds: Uint32Array
  /** Policies in one job: the unit of work, so that results can't depend on how many workers there are. */
  readonly policiesPerJob: number
  /** Called with the number of episodes that a finished job ran. */
  readonly onEpisodes?: ((count: number) => void) | undefined
}

/** Worker threads that run episodes. */
export interface EpisodePool extends AsyncDisposable {
  /**
   * Runs every policy on every seed.
   *
   * @returns sums over the batch, `[P, S]` each
   * @throws {TaskError} `EPISODE_WORKER_FAILED`; the reason of the pool's signal when that was aborted
   */
  run(batch: EpisodeBatch): Promise<EpisodeSums>
  /** Ends the workers and waits until they are gone. Safe to call twice. */
  close(): Promise<void>
}

/** Settings of a pool. */
export interface EpisodePoolInit extends AbortOptions {
  /** Number of worker threads, default one a processor. */
  workers?: number | undefined
  /** Most workers that there is work for. */
  maxWorkers?: number
  /** Module that the workers run. */
  entry?: URL
}

interface PendingJob {
  readonly job: EpisodeJob
  resolve(sums: EpisodeSums): void
  reject(reason: unknown): void
}

/**
 * Starts worker threads for episodes.
 *
 * @param init number of workers; its signal ends running episodes at their next control step
 * @throws {RangeError} when the number of workers is not a positive integer
 */
export function episodePool(init: EpisodePoolInit = {}): EpisodePool {
  const { workers = availableParallelism(), signal } = init
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`the number of workers must be a positive integer, got ${workers}`)
  }
  return new WorkerPool(
    Math.min(workers, Math.ceil(init.maxWorkers ?? workers)),
    init.entry ?? ENTRY,
    signal
  )
}

const ENTRY = new URL('./episode-worker.ts', import.meta.url)

class WorkerPool implements EpisodePool {
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  readonly #running = new Map<Worker, PendingJob | undefined>()
  readonly #exits: Promise<void>[]
  readonly #signal: AbortSignal | undefined
  readonly #abort = () => this.#fail(this.#signal?.reason)
  #queue: PendingJob[] = []
  #failure: { reason: unknown } | undefined

  constructor(count: number, entry: URL, signal: AbortSignal | undefined) {
    this.#signal = signal
    this.#exits = Array.from({ length: count }, () => this.#start(entry))
    if (signal?.aborted) this.#abort()
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  async run(batch: EpisodeBatch): Promise<EpisodeSums> {
    const results = split(batch).map(job => this.#submit(job, batch.onEpisodes))
    return join(await Promise.all(results))
  }

  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#fail(new Error('the pool of episode workers is closed'))
    for (const worker of this.#running.keys()) worker.postMessage(null)
    await Promise.all(this.#exits)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #start(entry: URL): Promise<void> {
    const workerData: EpisodeWorkerData = { stop: this.#stop }
    const worker = new Worker(entry, { workerData })
    this.#running.set(worker, undefined)
    worker.on('message', (reply: EpisodeReply) => this.#settle(worker, reply))
    worker.on('error', cause => this.#fail(workerError(cause)))
    return new Promise(resolve => {
      worker.on('exit', code => {
        this.#running.delete(worker)
        this.#fail(workerError(new Error(`the worker thread ended with exit code ${code}`)))
        resolve()
      })
    })
  }

  #submit(job: EpisodeJob, onEpisodes: EpisodeBatch['onEpisodes']): Promise<EpisodeSums> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure.reason)
      const done = (sums: EpisodeSums) => {
        onEpisodes?.(sums.velocity.length)
        resolve(sums)
      }
      this.#queue.push({ job, resolve: done, reject })
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (const [worker, busy] of this.#running) {
      if (busy !== undefined) continue
      const next = this.#queue.shift()
      if (next === undefined) return
      this.#running.set(worker, next)
      worker.postMessage(next.job)
    }
  }

  #settle(worker: Worker, { sums }: EpisodeReply): void {
    const pending = this.#running.get(worker)
    this.#running.set(worker, undefined)
    if (sums !== undefined) pending?.resolve(sums)
    this.#dispatch()
  }

  /** The first failure counts: it ends every job, running or not, and every later one. */
  #fail(reason: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = { reason }
    Atomics.store(this.#stop, 0, 1)
    const pending = [...this.#running.values(), ...this.#queue]
    this.#queue = []
    for (const job of pending) job?.reject(reason)
  }
}

function workerError(cause: unknown): TaskError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new TaskError('EPISODE_WORKER_FAILED', `a worker that runs episodes failed: ${why}`, {
    cause
  })
}

function split(batch: EpisodeBatch): EpisodeJob[] {
  const { population, populationSize, policiesPerJob, shared, seeds } = batch
  const jobCount = Math.ceil(populationSize / policiesPerJob)
  return Array.from({ length: jobCount }, (_, id) => {
    const first = id * policiesPerJob
    const count = Math.min(policiesPerJob, populationSize - first)
    return { id, population, first, count, shared, seeds }
  })
}

/** Puts the jobs' sums together in the order of the jobs, whichever came first. */
function join(parts: readonly EpisodeSums[]): EpisodeSums {
  const moments = new Float64Array(2 * OBSERVATION_SIZE)
  for (const part of parts) for (const [i, value] of part.moments.entries()) moments[i]! += value
  return {
    velocity: Float64Array.from(parts.flatMap(part => [...part.velocity])),
    effort: Float64Array.from(parts.flatMap(part => [...part.effort])),
    moments
  }
}
