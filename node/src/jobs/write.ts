import { basename, dirname } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import { type Checkpoint, planFile, writeCheckpoint } from '@soup/tensor'
import type { ModelSpec } from './model.ts'
import { openJob } from './open.ts'

/** A file that was written. */
export interface WrittenModel {
  path: string
  /** SHA-256 of the file, lower-case hex. */
  sha256: string
  sizeBytes: number
  tensorCount: number
}

/** What every thread that reads a model opens it with. */
const MODEL_MODULE = new URL('./model.ts', import.meta.url).href

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
    const opener = { module: MODEL_MODULE, input: model }
    const plan = (checkpoint: Checkpoint) => [planFile(checkpoint, basename(path))]
    written.push({ path, ...(await writeCheckpoint(opener, dirname(path), plan, options)) })
  }
  return written
}
