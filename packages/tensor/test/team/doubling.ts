/** The work of test threads: doubles numbers, fails or dies when told so. */
import { isMainThread } from 'node:worker_threads'
import type { TeamMember } from '../../src/team/team.ts'

export interface Doubling {
  numbers: readonly number[]
  failAt?: number
  /** Shared: items that further threads have done; this one waits for the first of them. */
  others?: Int32Array
  /** Shared: further threads raise it and die; this one waits until then. */
  death?: Int32Array
  /** What they die of: an error that nobody catches, rather than an exit code. */
  deathBy?: string
}

export async function begin(
  { numbers, failAt, others, death, deathBy }: Doubling,
  check: () => void
): Promise<TeamMember<number>> {
  return {
    run: async index => {
      if (index === failAt) throw new RangeError(`no ${index}`)
      if (others !== undefined) await countOrWait(others)
      if (death !== undefined) await dieOrWait(death, deathBy)
      check()
      return 2 * numbers[index]!
    },
    end: async () => {}
  }
}

/** Counts what further threads do; the calling thread waits until they have done something. */
export async function countOrWait(others: Int32Array): Promise<void> {
  if (isMainThread) {
    await Atomics.waitAsync(others, 0, 0).value
  } else {
    Atomics.add(others, 0, 1)
    Atomics.notify(others, 0)
  }
}

async function dieOrWait(death: Int32Array, reason?: string): Promise<void> {
  if (isMainThread) {
    await Atomics.waitAsync(death, 0, 0).value
  } else {
    Atomics.store(death, 0, 1)
    Atomics.notify(death, 0)
    if (reason === undefined) process.exit(3)
    setImmediate(() => {
      throw new Error(reason)
    })
    await new Promise(() => undefined)
  }
}
