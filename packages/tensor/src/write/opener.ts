import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from '../checkpoint.ts'

/** How to open a checkpoint in any thread. */
export interface CheckpointOpener {
  /** URL of a module that exports an {@link OpenCheckpoint} called `openCheckpoint`. */
  module: string
  /** What it is called with: plain data. */
  input: unknown
}

/** Opens a checkpoint; closing it releases everything that was opened for it. */
export type OpenCheckpoint<Input> = (input: Input, options?: AbortOptions) => Promise<Checkpoint>

/** Opens a checkpoint in this thread. */
export async function openFrom(
  { module, input }: CheckpointOpener,
  options?: AbortOptions
): Promise<Checkpoint> {
  const { openCheckpoint } = (await import(module)) as { openCheckpoint: OpenCheckpoint<unknown> }
  return await openCheckpoint(input, options)
}
