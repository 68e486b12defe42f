import { flatten, type ParameterLayout, parameterLayout } from '@soup/finetune'
import { policyTensors, readPolicy } from '@soup/inference'
import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from '@soup/tensor'
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
 * Reads policies into one population.
 *
 * @param policies not closed here
 * @returns `[P, d]` by {@link POLICY_LAYOUT}, in shared memory so that workers read it in place
 * @throws {InferenceError} `POLICY_MISMATCH` or `POLICY_NOT_FINITE`, naming the tensor
 */
export async function readPopulation(
  policies: readonly Checkpoint[],
  options: AbortOptions = {}
): Promise<Float32Array<SharedArrayBuffer>> {
  const d = POLICY_LAYOUT.length
  const bytes = policies.length * d * Float32Array.BYTES_PER_ELEMENT
  const population = new Float32Array(new SharedArrayBuffer(bytes))
  for (const [index, policy] of policies.entries()) {
    const tensors = await readPolicy(policy, POLICY_LAYERS, options)
    population.set(flatten(POLICY_LAYOUT, tensors), index * d)
  }
  return population
}
