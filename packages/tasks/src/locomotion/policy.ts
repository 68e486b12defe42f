import { flatten, type ParameterLayout, parameterLayout } from '@soup/finetune'
import { InferenceError, policyTensors, readPolicy } from '@soup/inference'
import type { AbortOptions } from '@soup/interface'
import { type Checkpoint, isFloatDtype } from '@soup/tensor'
import { POLICY_LAYERS } from './settings.ts'

/** Tensors that hold the observation statistics: made by pre-training and frozen ever after (appendix G). */
export const FROZEN_TENSORS: readonly string[] = ['observation.mean', 'observation.std']

/** Where each tensor of a policy lies in a vector of all of them. */
export const POLICY_LAYOUT: ParameterLayout = parameterLayout(policyTensors(POLICY_LAYERS))

/** Where each trained tensor lies in the vector that fine-tuning moves. */
export const TRAINED_LAYOUT: ParameterLayout = parameterLayout(
  policyTensors(POLICY_LAYERS),
  FROZEN_TENSORS
)

/**
 * Checks names, dtypes and shapes of a locomotion policy, without reading a tensor.
 *
 * @throws {InferenceError} `POLICY_MISMATCH`, naming the tensor
 */
export function checkPolicy(checkpoint: Checkpoint): void {
  const expected = new Map(policyTensors(POLICY_LAYERS).map(({ name, shape }) => [name, shape]))
  for (const [name, shape] of expected) {
    const tensor = checkpoint.tensors.get(name)
    if (tensor === undefined) throw mismatch(checkpoint, `tensor '${name}' is missing`)
    if (!isFloatDtype(tensor.dtype)) {
      const message = `tensor '${name}' has dtype ${tensor.dtype}, expected F32, F16 or BF16`
      throw mismatch(checkpoint, message)
    }
    if (tensor.shape.join() !== shape.join()) {
      const message = `tensor '${name}' has shape [${tensor.shape}], expected [${shape}]`
      throw mismatch(checkpoint, message)
    }
  }
  const extra = [...checkpoint.tensors.keys()].find(name => !expected.has(name))
  if (extra !== undefined) throw mismatch(checkpoint, `tensor '${extra}' is not one of a policy's`)
}

/**
 * Reads policies into one population.
 *
 * @param policies not closed here
 * @returns `[P, d]` by {@link POLICY_LAYOUT}, in shared memory so that workers read it in place
 * @throws {InferenceError} `POLICY_MISMATCH`
 */
export async function readPopulation(
  policies: readonly Checkpoint[],
  options: AbortOptions = {}
): Promise<Float32Array<SharedArrayBuffer>> {
  const population = sharedFloats(policies.length * POLICY_LAYOUT.length)
  for (const [index, policy] of policies.entries()) {
    checkPolicy(policy)
    const tensors = await readPolicy(policy, POLICY_LAYERS, options)
    population.set(flatten(POLICY_LAYOUT, tensors), index * POLICY_LAYOUT.length)
  }
  return population
}

function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))
}

function mismatch(checkpoint: Checkpoint, what: string): InferenceError {
  const message = `${checkpoint.name} is not a locomotion policy: ${what}`
  return new InferenceError('POLICY_MISMATCH', message)
}
