import { Worker } from 'node:worker_threads'
import {
  type AbortOptions,
  type ErrorJson,
  isOutOfFiles,
  OUT_OF_FILES,
  RelayedError
} from '@soup/interface'
import { TensorError } from '../errors.ts'
import { STOP, takeItems } from './take-items.ts'

/** Items of work, numbered from 0, for threads that need nothing from one another. */
export interface TeamWork {
  /** URL of a module that exports a {@link Begin} called `begin`. */
  module: string
  /** What `begin` is called with in every thread: plain data, which is copied. */
  input: unknown
  /** Items. */
  count: number
}

/** Begins a thread's work. `check` throws when the work is to end early: call it between steps. */
export type Begin<Input = unknown, Result = unknown> = (
  input: Input,
  check: () => void
) => Promise<TeamMember<Result>>

/** One thread's side of the work. */
export interface TeamMember<Result = unknown> {
  /** Does an item. @returns plain data */
  run(index: number): Promise<Result>
  /** Ends the thread's work, also after a failure. */
  end(): Promise<void>
}

/** Options of {@link runTeam}. */
export interface TeamOptions<Result> extends AbortOptions {
  /** Threads that work, this one among them. */
  threads: number
  /** Called with an item's result when it is done, in no particular order. What it throws ends the work. */
  onResult(index: number, result: Result): void
  /** Begins this thread's part, where that takes other means than the module's `begin`. */
  begin?: ((check: () => void) => Promise<TeamMember<Result>>) | undefined
}

/** What a thread says. */
export type TeamMessage = { index: number; result: unknown } | { error: ErrorJson; stack?: string }

/**
 * Does items of work in threads, this one among them. Each takes the next item that nobody took, so that they are
 * begun in order.
 *
 * The first failure stops all threads; none outlives the call.
 *
 * @throws what this thread throws; {@link RelayedError} with the code of what another one threw;
 *   {@link TensorError} `THREAD_DIED` when one ended without an answer; the signal's reason
 */
export async function runTeam<Result>(
  work: TeamWork,
  { threads, onResult, signal, begin = beginFrom(work) }: TeamOptions<Result>
): Promise<void> {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const others: Worker[] = []
  // Another thread may still be starting: it is not waited for.
  const stop = (): void => {
    Atomics.store(shared, STOP, 1)
    for (const worker of others) void worker.terminate()
  }
  let failure: { error: unknown } | undefined
  const fail = (error: unknown): void => {
    failure ??= { error } // what comes after it was told to stop
    stop()
  }
  signal?.throwIfAborted()
  signal?.addEventListener('abort', stop, { once: true })
  const report = (index: number, result: unknown): void => onResult(index, result as Result)
  for (let i = 1; i < Math.min(threads, work.count); i++) others.push(startThread(work, shared))
  const exits = others.map(other => exit(other, report, fail))
  try {
    await takeItems({ begin, count: work.count }, shared, report).catch(fail)
    await Promise.all(exits)
    signal?.throwIfAborted()
    if (failure !== undefined) throw failure.error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** Begins a thread's part as the module says. */
export function beginFrom<Result>({
  module,
  input
}: TeamWork): (check: () => void) => Promise<TeamMember<Result>> {
  return async check => {
    const { begin } = (await import(module)) as { begin: Begin<unknown, Result> }
    return await begin(input, check)
  }
}

function startThread(work: TeamWork, shared: Int32Array): Worker {
  return new Worker(new URL('./thread.ts', import.meta.url), { workerData: { work, shared } })
}

/** Settles when a further thread is gone, whatever ended it. */
function exit(
  worker: Worker,
  onResult: (index: number, result: unknown) => void,
  fail: (error: unknown) => void
): Promise<void> {
  worker.on('message', (message: TeamMessage) => {
    if ('error' in message) return fail(new RelayedError(message.error, message.stack))
    try {
      onResult(message.index, message.result)
    } catch (error) {
      fail(error)
    }
  })
  worker.on('error', cause => fail(died(cause.message, cause)))
  return new Promise(resolve => {
    worker.on('exit', code => {
      if (code !== 0) fail(died(`exit code ${code}`))
      resolve()
    })
  })
}

function died(problem: string, cause?: unknown): TensorError {
  const reason = isOutOfFiles(problem) ? OUT_OF_FILES : problem
  return new TensorError('THREAD_DIED', `A worker thread ended without an answer: ${reason}`, {
    cause
  })
}
