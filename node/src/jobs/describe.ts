import type { ProgressOptions } from '@soup/interface'
import { tensorsId } from '@soup/manifest'
import {
  type Checkpoint,
  describeTensors,
  safetensorsBytes,
  type TensorDescription
} from '@soup/tensor'
import { type ModelSpec, withModel } from './model.ts'

/** What a model is made of. */
export interface ModelDescription {
  /** Id of its tensors: of a base, its base id; of an expert, its result. */
  id: string
  /** Every tensor with its hash, in the order that ids are made of. */
  tensors: TensorDescription[]
  /** Size as one safetensors file. */
  sizeBytes: number
}

/** Reads a whole model and hashes each of its tensors. */
export async function describeJob(
  input: { model: ModelSpec },
  options: ProgressOptions
): Promise<ModelDescription> {
  const describe = async (checkpoint: Checkpoint): Promise<ModelDescription> => {
    const tensors = await describeTensors(checkpoint, options)
    return { id: tensorsId(tensors), tensors, sizeBytes: safetensorsBytes(checkpoint) }
  }
  return await withModel(input.model, describe, options)
}

/** Reads a whole model and gives the id of its tensors alone, since there may be many. */
export async function identifyJob(
  input: { model: ModelSpec },
  options: ProgressOptions
): Promise<string> {
  return (await describeJob(input, options)).id
}
