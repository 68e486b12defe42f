import { setImmediate } from 'node:timers/promises'
import { TensorError } from '../errors.ts'
import type { Begin, TeamWork } from './team.ts'

/** What threads share: the next item to take, and whether to stop. */
export const NEXT = 0
export const STOP = 1

/**
 * Does one thread's part of the work: takes the next item that nobody took until none is left.
 *
 * @param shared what the threads share
 * @param onResult called with an item's result when it is done
 * @throws {TensorError} `STOPPED` when another thread failed or the work was aborted; what the work throws
 */
export async function takeItems(
  work: TeamWork,
  shared: Int32Array,
  onResult: (index: number, result: unknown) => void
): Promise<void> {
  const check = (): void => {
    if (Atomics.load(shared, STOP) === 0) return
    throw new TensorError('STOPPED', 'The work was stopped')
  }
  const { begin } = (await import(work.module)) as { begin: Begin }
  const member = await begin(work.input, check)
  try {
    for (let index = Atomics.add(shared, NEXT, 1); index < work.count; ) {
      check()
      onResult(index, await member.run(index))
      await setImmediate() // lets what came meanwhile be heard: results, an abort
      index = Atomics.add(shared, NEXT, 1)
    }
  } finally {
    await member.end()
  }
}
