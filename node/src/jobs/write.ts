import type { ProgressOptions } from '@soup/interface'
import { type Checkpoint, fileSink, safetensorsBytes, writeSafetensors } from '@soup/tensor'
import { type ModelSpec, withModel } from './model.ts'
import { openJob } from './open.ts'

/** A file that was written. */
export interface WrittenModel {
  path: string
  /** SHA-256 of the file, lower-case hex. */
  sha256: string
  sizeBytes: number
  tensorCount: number
}

/**
 * Writes models as safetensors files, one after the other: experts, soups, whatever the specs say.
 *
 * @param task a task's name: all models are checked to be policies of it before the first one is written
 */
export async function writeJob(
  { models, task }: { models: readonly { model: ModelSpec; path: string }[]; task?: string },
  options: ProgressOptions
): Promise<WrittenModel[]> {
  if (task !== undefined) await openJob({ models: models.map(({ model }) => model), task }, options)
  const written: WrittenModel[] = []
  for (const { model, path } of models) {
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
