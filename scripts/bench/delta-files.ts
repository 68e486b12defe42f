import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeExact } from '@soup/delta'
import {
  type Checkpoint,
  fileSink,
  fileSource,
  fileSpool,
  memoryCheckpoint,
  openSafetensors,
  runTeam,
  safetensorsBytes,
  writeSafetensors
} from '@soup/tensor'
import type { DeltaModel } from './delta-models.ts'

/** Tensors of the files, each with all weights of the model. */
const TENSORS = 8

const DECODING = new URL('./delta-thread.ts', import.meta.url).href

/** Encodes and decodes files: times in ms of encoding with 1 and 2 threads, of decoding with 1 and 2. */
export async function measureFiles(
  { dtype, base, expert }: DeltaModel,
  runs: number
): Promise<{ bytes: number; times: number[][] }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-delta-'))
  const path = (name: string) => join(folder, `${name}.safetensors`)
  try {
    await write(path('base'), repeated('base', dtype, base))
    await write(path('expert'), repeated('expert', dtype, expert))
    const times: number[][] = [[], [], [], []]
    for (let run = 0; run < runs; run++) {
      for (const threads of [1, 2]) {
        times[threads - 1]!.push(await time(() => encode(folder, threads, path)))
      }
      for (const threads of [1, 2]) {
        const work = { module: DECODING, input: folder, count: TENSORS }
        times[threads + 1]!.push(
          await time(() => runTeam(work, { threads, onResult: () => undefined }))
        )
      }
    }
    return { bytes: TENSORS * expert.length, times }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function repeated(name: string, dtype: string, data: Uint8Array): Checkpoint {
  const shape = [data.length / 2]
  const tensors = Array.from({ length: TENSORS }, (_, i) => ({ name: `${i}`, dtype, shape, data }))
  return memoryCheckpoint({ name, tensors })
}

async function write(path: string, checkpoint: Checkpoint): Promise<void> {
  const sizeBytes = safetensorsBytes(checkpoint)
  await writeSafetensors(checkpoint, await fileSink(path, { sizeBytes }))
}

/** As publishing does it, but for the payload's own file, which is written once, before decoding. */
async function encode(
  folder: string,
  threads: number,
  path: (name: string) => string
): Promise<void> {
  const open = async (name: string) => openSafetensors(await fileSource(path(name)))
  const opener = (name: string) => ({ module: DECODING, input: path(name) })
  const [base, expert] = [await open('base'), await open('expert')]
  const spool = await fileSpool(join(folder, 'spool'))
  try {
    const openers = { base: opener('base'), expert: opener('expert') }
    const payload = await encodeExact(base, expert, spool, { openers, threads })
    if (threads > 1) return
    rmSync(path('delta'), { force: true })
    await write(path('delta'), payload)
  } finally {
    await Promise.all([spool.close(), base.close(), expert.close()])
  }
}

async function time(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}
