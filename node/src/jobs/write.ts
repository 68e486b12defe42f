import { join } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import { type Checkpoint, type FloatDtype, planModel, writeCheckpoint } from '@soup/tensor'
import { MODEL_MODULE, type ModelSpec } from './model.ts'
import { openJob } from './open.ts'
import type { OpenedSoup } from './open-adapter-soup.ts'

/** A model that is to be written, in its own form. */
export interface ModelToWrite {
  model: ModelSpec
  /** The folder that its files go into; it exists. */
  folder: string
  /** Most bytes of tensors in a shard; the form's own shards unless given. */
  shardSize?: number | undefined
  /** What its floats were converted to, for its configuration to say so. */
  dtype?: FloatDtype | undefined
}

/** A model that was written. */
export interface WrittenModel {
  /** Where it opens as a model: a file, or the folder. */
  path: string
  /** Names of its files in the folder, weights first. */
  fileNames: string[]
  /** SHA-256 of the model as one safetensors file, lower-case hex. */
  sha256: string
  /** Size as one safetensors file. */
  sizeBytes: number
  tensorCount: number
  /** What was lost where a soup of adapters was cut to a lower rank. */
  relativeError?: number | undefined
}

/**
 * Writes models, one after the other: experts, soups, whatever the specs say.
 *
 * @param task a task's name: all models are checked to be policies of it before the first one is written
 */
export async function writeJob(
  { models, task }: { models: readonly ModelToWrite[]; task?: string },
  options: ProgressOptions
): Promise<WrittenModel[]> {
  if (task !== undefined) await openJob({ models: models.map(({ model }) => model), task }, options)
  const written: WrittenModel[] = []
  for (const model of models) written.push(await writeModel(model, options))
  return written
}

async function writeModel(
  { model, folder, shardSize, dtype }: ModelToWrite,
  options: ProgressOptions
): Promise<WrittenModel> {
  const opener = { module: MODEL_MODULE, input: model }
  let path = folder
  let fileNames: string[] = []
  let relativeError: number | undefined
  const plan = async (checkpoint: Checkpoint) => {
    const soup = checkpoint as OpenedSoup // as openCheckpoint() of that module gives it
    const planned = await planModel(soup, soup, { shardSize, dtype, ...options })
    fileNames = planned.map(({ fileName }) => fileName)
    const { kind } = soup.layout
    if (kind === 'file' || kind === 'onnx') path = join(folder, fileNames[0]!)
    relativeError = soup.relativeError
    return planned
  }
  const file = await writeCheckpoint(opener, folder, plan, options)
  return { path, fileNames, ...file, relativeError }
}
