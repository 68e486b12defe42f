import { join } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import {
  type Checkpoint,
  type FloatDtype,
  type Model,
  planModel,
  writeCheckpoint
} from '@soup/tensor'
import { MODEL_MODULE, type ModelSpec } from './model.ts'
import { openJob } from './open.ts'
import { type Truncation, withoutTruncation, withTruncatedSoups } from './truncated-soups.ts'

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
  if (task !== undefined) {
    const whole = await Promise.all(models.map(({ model }) => withoutTruncation(model)))
    await openJob({ models: whole, task }, options)
  }
  const [first] = models
  if (first === undefined) return []
  const writeAll = async (truncation: Truncation): Promise<WrittenModel[]> => {
    const written: WrittenModel[] = []
    for (const model of models) written.push(await writeModel(model, truncation, options))
    return written
  }
  return await withTruncatedSoups(first.folder, writeAll, options)
}

async function writeModel(
  { model, folder, shardSize, dtype }: ModelToWrite,
  truncation: Truncation,
  options: ProgressOptions
): Promise<WrittenModel> {
  const input = await truncation.compute(model)
  const opener = { module: MODEL_MODULE, input }
  let path = folder
  let fileNames: string[] = []
  const plan = async (checkpoint: Checkpoint) => {
    const opened = checkpoint as Model // as openCheckpoint() of that module gives it
    const planned = await planModel(opened, opened, { shardSize, dtype, ...options })
    fileNames = planned.map(({ fileName }) => fileName)
    const { kind } = opened.layout
    if (kind === 'file' || kind === 'onnx') path = join(folder, fileNames[0]!)
    return planned
  }
  const file = await writeCheckpoint(opener, folder, plan, options)
  return { path, fileNames, ...file, relativeError: truncation.relativeError(input) }
}
