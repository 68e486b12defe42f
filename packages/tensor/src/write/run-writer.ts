import { writeSync } from 'node:fs'
import type { Checkpoint } from '../checkpoint.ts'
import { fileError } from '../file-error.ts'
import { BLOCK_BYTES, returnBlocks, takeBlocks } from '../kernels/memory.ts'
import type { Run } from './runs.ts'

/** An open file that is being written. */
export interface OpenFile {
  path: string
  descriptor: number
}

/** Open files by the index that parts name. */
export type OpenFiles = (file: number) => OpenFile

/**
 * Reads the parts of a run from a checkpoint and writes them where they belong, through one block of kernel memory,
 * so that what a kernel computes is written from where it lies.
 *
 * @param check is called before every block; what it throws ends the run
 * @throws {TensorError} `FILE_NO_SPACE`, `FILE_FAILED`; whatever reading throws
 */
export async function writeRun(
  checkpoint: Checkpoint,
  run: Run,
  files: OpenFiles,
  check: () => void
): Promise<void> {
  const [block] = takeBlocks(1)
  try {
    for (const { tensor, offset, sizeBytes, file, position } of run) {
      const reader = checkpoint.open(tensor, offset)
      for (let at = 0; at < sizeBytes; at += BLOCK_BYTES) {
        check()
        const target = block!.bytes.subarray(0, Math.min(BLOCK_BYTES, sizeBytes - at))
        await reader.read(target)
        writeFully(files(file), target, position + at)
      }
    }
  } finally {
    returnBlocks([block!])
  }
}

/**
 * Writes all bytes at a position of a file.
 *
 * @throws {TensorError} `FILE_NO_SPACE`, `FILE_FAILED`
 */
export function writeFully(
  { path, descriptor }: OpenFile,
  bytes: Uint8Array,
  position: number
): void {
  try {
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(descriptor, bytes, at, bytes.length - at, position + at)
    }
  } catch (error) {
    throw fileError(path, error)
  }
}
