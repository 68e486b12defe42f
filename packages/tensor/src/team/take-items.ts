import { setImmediate } from 'node:timers/promises'
import { TensorError } from '../errors.ts'
import type { TeamMember } from './team.ts'

/** What threads share: the next item to take, and whether to stop. */
export const NEXT = 0
export const STOP = 1

/** A thread's part of some work. */
export interface Part {
  /** Begins it. */
  begin(check: () => void): Promise<TeamMember>
  /** Items of the whole work. */
  count: number
}

/**
 * Does one thread's part of the work: takes the next item that nobody took until none is left.
 *
 * @param shared what the threads share
 * @param onResult called with an item's result when it is done
 * @throws {TensorError} `STOPPED` when another thread failed or the work was aborted; what the work throws
 */
export async function takeItems(
  { begin, count }: Part,
  shared: Int32Array,
  onResult: (index: number, result: unknown) => void
): Promise<void> {
  const check = (): void => {
    if (Atomics.load(shared, STOP) === 0) return
    throw new TensorError('STOPPED', 'The work was stopped')
  }
  const member = await begin(check)
  try {
    for (let index = Atomics.add(shared, NEXT, 1); index < count; ) {
      check()
      onResult(index, await member.run(index))
      await setImmediate() // lets what came meanwhile be heard: results, an abort
      index = Atomics.add(shared, NEXT, 1)
    }
  } finally {
    await member.end()
  }
}
