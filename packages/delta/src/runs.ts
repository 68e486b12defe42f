import type { Checkpoint } from '@soup/tensor'
import { RUN_BYTES } from './limits.ts'
import type { Part } from './pairs.ts'

/** Parts that one thread encodes, one after the other. */
export type Run = Part[]

/**
 * Cuts a checkpoint into runs, in its own order: of small tensors as many as fit into {@link RUN_BYTES}, of a large
 * one as much.
 */
export function cutRuns(checkpoint: Checkpoint): Run[] {
  const runs: Run[] = []
  let filled = RUN_BYTES
  for (const { name, sizeBytes } of checkpoint.tensors.values()) {
    for (let offset = 0; offset < sizeBytes; offset += RUN_BYTES) {
      const part = Math.min(RUN_BYTES, sizeBytes - offset)
      if (filled + part > RUN_BYTES) {
        runs.push([])
        filled = 0
      }
      runs.at(-1)!.push({ tensor: name, offset, sizeBytes: part })
      filled += part
    }
  }
  return runs
}
