/** What a thread of a team does to encode an expert. */
import { setTimeout } from 'node:timers/promises'
import { type Checkpoint, type CheckpointOpener, openFrom, type TeamMember } from '@soup/tensor'
import { encodePart } from './encode-part.ts'
import { RUN_BYTES } from './limits.ts'
import type { Run } from './runs.ts'

/** What a thread is told. */
export interface EncodeInput {
  base: CheckpointOpener
  expert: CheckpointOpener
  runs: readonly Run[]
  /** Slots of {@link RUN_BYTES}, which take encoded runs in turns. */
  slots: Uint8Array
  /** One number: how many runs have left their slots. */
  written: Int32Array
}

/** The lengths of a run's stored pieces, part by part; they lie behind one another in the run's slot. */
export type StoredLengths = number[][]

/** How long a thread waits before it looks whether the work was stopped. */
const WAIT_MS = 20

/** Opens both checkpoints once for all runs. */
export async function begin(
  input: EncodeInput,
  check: () => void
): Promise<TeamMember<StoredLengths>> {
  const base = await openFrom(input.base)
  try {
    const expert = await openFrom(input.expert)
    return {
      run: index => encodeRun(base, expert, input, index, check),
      end: async () => void (await Promise.all([base.close(), expert.close()]))
    }
  } catch (error) {
    await base.close()
    throw error
  }
}

async function encodeRun(
  base: Checkpoint,
  expert: Checkpoint,
  { runs, slots, written }: EncodeInput,
  index: number,
  check: () => void
): Promise<StoredLengths> {
  const count = slots.length / RUN_BYTES
  await waitUntil(written, index - count + 1, check)
  let to = (index % count) * RUN_BYTES
  const lengths: StoredLengths = []
  for (const part of runs[index]!) {
    const stored: number[] = []
    for await (const piece of encodePart(base, expert, part)) {
      check()
      slots.set(piece.stored, to)
      to += piece.stored.length
      stored.push(piece.stored.length)
    }
    lengths.push(stored)
  }
  return lengths
}

/** Waits for a count, without blocking the thread that writes; the run that is next to be written never has to. */
async function waitUntil(written: Int32Array, count: number, check: () => void): Promise<void> {
  for (let now = Atomics.load(written, 0); now < count; now = Atomics.load(written, 0)) {
    check()
    // The timer keeps the thread alive; waiting alone does not.
    await Promise.race([Atomics.waitAsync(written, 0, now, WAIT_MS).value, setTimeout(WAIT_MS)])
  }
}
