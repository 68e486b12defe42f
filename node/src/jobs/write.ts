import type { ProgressOptions } from '@soup/interface'
import { type Checkpoint, fileSink, safetensorsBytes, writeSafetensors } from '@soup/tensor'
import { type ModelSpec, withModel } from './model.ts'

/** A file that was written. */
export interface WrittenModel {
  path: string
  /** SHA-256 of the file, lower-case hex. */
  sha256: string
  sizeBytes: number
  tensorCount: number
}

/** Writes models as safetensors files, one after the other: experts, soups, whatever the specs say. */
export async function writeJob(
  input: { models: readonly { model: ModelSpec; path: string }[] },
  options: ProgressOptions
): Promise<WrittenModel[]> {
  const written: WrittenModel[] = []
  for (const { model, path } of input.models) {
    written.push(
      await withModel(model, checkpoint => writeFile(checkpoint, path, options), options)
    )
  }
  return written
}

async function writeFile(
  checkpoint: Checkpoint,
  path: string,
  options: ProgressOptions
): Promise<WrittenModel> {
  const sink = await fileSink(path, { sizeBytes: safetensorsBytes(checkpoint) })
  return { path, ...(await writeSafetensors(checkpoint, sink, options)) }
}
