import type { Checkpoint } from '../checkpoint.ts'
import { PIECE_BYTES } from '../limits.ts'
import { fileOrder } from '../safetensors/header.ts'
import type { PlannedFile } from './plan.ts'

/** Bytes that a thread takes on at a time, where it can be chosen: long enough that asking costs nothing. */
export const RUN_BYTES: number = 4 * PIECE_BYTES

/** Part of a tensor, and where it goes. */
export interface Part {
  tensor: string
  /** The first byte, from the tensor's beginning. */
  offset: number
  sizeBytes: number
  /** Index of the file. */
  file: number
  /** The first byte, from the file's beginning. */
  position: number
}

/** Parts that one thread writes, one after the other. */
export type Run = Part[]

/**
 * Cuts the writing of a checkpoint into runs, in the order of a single safetensors file, whatever files the
 * tensors go to: of small tensors as many as fit into {@link RUN_BYTES}, of a large one as much, or all of it where
 * the checkpoint is sequential.
 */
export function cutRuns(checkpoint: Checkpoint, files: readonly PlannedFile[]): Run[] {
  const places = new Map(
    files.flatMap(({ positions }, file) =>
      [...positions].map(([tensor, position]) => [tensor, { file, position }] as const)
    )
  )
  const runs: Run[] = []
  let filled = RUN_BYTES
  for (const { name, sizeBytes } of fileOrder(checkpoint)) {
    const { file, position } = places.get(name)!
    const most = checkpoint.isSequential ? Math.max(1, sizeBytes) : RUN_BYTES
    for (let offset = 0; offset < sizeBytes; offset += most) {
      const part = Math.min(most, sizeBytes - offset)
      if (filled + part > RUN_BYTES) {
        runs.push([])
        filled = 0
      }
      runs
        .at(-1)!
        .push({ tensor: name, offset, sizeBytes: part, file, position: position + offset })
      filled += part
    }
  }
  return runs
}
