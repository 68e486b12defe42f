import type { AbortOptions } from '@soup/interface'
import { type CheckpointOpener, runTeam } from '@soup/tensor'
import type { EncodeInput, StoredLengths } from './encode-thread.ts'
import { RUN_BYTES, RUNS_AHEAD } from './limits.ts'
import type { Run } from './runs.ts'

/** How every thread opens what it encodes. */
export interface EncodeOpeners {
  base: CheckpointOpener
  expert: CheckpointOpener
}

/** What {@link encodeTeam} is told. */
export interface EncodeTeamOptions extends AbortOptions {
  threads: number
  /**
   * Takes the runs in order, one at a time: the stored bytes of all its pieces, which hold until the promise
   * settles, and their lengths. What it throws ends the work.
   */
  write(run: Run, stored: Uint8Array, lengths: StoredLengths): Promise<void>
}

/**
 * Encodes runs of an expert in several threads, each with checkpoints of its own. Memory is bounded by some runs a
 * thread, however slowly they are written.
 *
 * @returns when nothing is written any more, also after a failure
 * @throws what {@link runTeam} and `write` throw; the signal's reason
 */
export async function encodeTeam(
  openers: EncodeOpeners,
  runs: readonly Run[],
  { threads, write, signal }: EncodeTeamOptions
): Promise<void> {
  const slotCount = threads * (1 + RUNS_AHEAD)
  const slots = new Uint8Array(new SharedArrayBuffer(slotCount * RUN_BYTES))
  const written = new Int32Array(new SharedArrayBuffer(4))
  const input: EncodeInput = { ...openers, runs, slots, written }
  const failure = new AbortController()
  const stop = AbortSignal.any(signal === undefined ? [failure.signal] : [signal, failure.signal])
  const results = new Map<number, StoredLengths>()
  let next = 0
  let writing = Promise.resolve()
  const writeNext = async (): Promise<void> => {
    for (let lengths = results.get(next); lengths !== undefined; lengths = results.get(next)) {
      if (stop.aborted) return
      results.delete(next)
      const begin = (next % slotCount) * RUN_BYTES
      const sizeBytes = lengths.flat().reduce((sum, length) => sum + length, 0)
      await write(runs[next]!, slots.subarray(begin, begin + sizeBytes), lengths)
      Atomics.store(written, 0, ++next)
      Atomics.notify(written, 0)
    }
  }
  const onResult = (index: number, lengths: StoredLengths): void => {
    results.set(index, lengths)
    writing = writing.then(writeNext).catch(error => failure.abort(error))
  }
  const module = new URL('./encode-thread.ts', import.meta.url).href
  const work = { module, input, count: runs.length }
  try {
    await runTeam(work, { threads, onResult, signal: stop })
  } catch (error) {
    failure.abort(error)
    throw error
  } finally {
    // What it writes to and reads from may be closed after this.
    await writing
  }
  stop.throwIfAborted()
}
