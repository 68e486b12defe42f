import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Checkpoint,
  fileSink,
  memoryCheckpoint,
  runTeam,
  safetensorsBytes,
  writeSafetensors
} from '@soup/tensor'
import type { DeltaModel } from './delta-models.ts'
import type { DeltaWork } from './delta-thread.ts'

/** Tensors of the files, each with all weights of the model. */
const TENSORS = 8

const MODULE = new URL('./delta-thread.ts', import.meta.url).href

/**
 * Encodes and decodes files in worker threads, as a node does.
 *
 * @returns times in ms of encoding with 1 and 2 threads, of decoding with 1 and 2
 */
export async function measureFiles(
  { dtype, base, expert }: DeltaModel,
  runs: number
): Promise<{ bytes: number; times: number[][] }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-delta-'))
  try {
    await write(folder, repeated('base', dtype, base))
    await write(folder, repeated('expert', dtype, expert))
    const times: number[][] = [[], [], [], []]
    for (let run = 0; run < runs; run++) {
      for (const threads of [1, 2]) {
        const work = team({ folder, encodeThreads: threads }, 1)
        times[threads - 1]!.push(await time(() => runTeam(work, { threads: 1, onResult })))
      }
      for (const threads of [1, 2]) {
        const work = team({ folder }, TENSORS)
        times[threads + 1]!.push(await time(() => runTeam(work, { threads, onResult })))
      }
    }
    return { bytes: TENSORS * expert.length, times }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function team(input: DeltaWork, count: number) {
  return { module: MODULE, input, count }
}

function onResult(): void {}

function repeated(name: string, dtype: string, data: Uint8Array): Checkpoint {
  const shape = [data.length / 2]
  const tensors = Array.from({ length: TENSORS }, (_, i) => ({ name: `${i}`, dtype, shape, data }))
  return memoryCheckpoint({ name, tensors })
}

async function write(folder: string, checkpoint: Checkpoint): Promise<void> {
  const sizeBytes = safetensorsBytes(checkpoint)
  const sink = await fileSink(join(folder, `${checkpoint.name}.safetensors`), { sizeBytes })
  await writeSafetensors(checkpoint, sink)
}

async function time(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}
