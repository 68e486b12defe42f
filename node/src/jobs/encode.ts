import { rm } from 'node:fs/promises'
import { encodeExact } from '@soup/delta'
import type { ProgressOptions } from '@soup/interface'
import {
  type Checkpoint,
  fileSink,
  fileSpool,
  safetensorsBytes,
  writeSafetensors
} from '@soup/tensor'
import { type ModelSpec, withModel } from './model.ts'

/** Encodes base → expert as an exact delta and writes it to `path`. @returns the payload's size */
export async function encodeJob(
  input: { base: ModelSpec; expert: ModelSpec; path: string },
  options: ProgressOptions
): Promise<{ sizeBytes: number }> {
  return await withModel(
    input.base,
    base => withModel(input.expert, expert => encode(base, expert, input.path, options), options),
    options
  )
}

/** Compressed sizes are known only afterwards, and the header comes first: hence a spool beside the file. */
async function encode(
  base: Checkpoint,
  expert: Checkpoint,
  path: string,
  options: ProgressOptions
): Promise<{ sizeBytes: number }> {
  const spoolPath = `${path}.spool`
  const spool = await fileSpool(spoolPath)
  try {
    const payload = await encodeExact(base, expert, spool, options)
    const sink = await fileSink(path, { sizeBytes: safetensorsBytes(payload) })
    const { sizeBytes } = await writeSafetensors(payload, sink, options)
    return { sizeBytes }
  } finally {
    await spool.close()
    await rm(spoolPath, { force: true })
  }
}
