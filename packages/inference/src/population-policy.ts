import { policyGraph } from './policy-graph.ts'
import { type PolicyTensors, policyTensors } from './policy-tensors.ts'
import { createSession, type Session } from './session.ts'

/** Shape of a population. */
export interface PopulationPolicyInit {
  /** Widths from observation to action, e.g. `[17, 64, 64, 6]`. */
  layers: readonly number[]
  /** P, number of policies, each with weights of its own. */
  populationSize: number
  /** S, number of episodes stepped side by side for each policy. */
  seeds: number
}

/**
 * P policies with different weights, evaluated on S observations each in one call:
 *
 *     a = tanh(W_n · … tanh(W_1 · clip((o − mean) / std) + b_1) … + b_n)
 *
 * Policy p's actions depend bit for bit on its weights and observations alone, not on the other policies
 * nor on P, so policies can be spread over workers in any way. Two things do change the last bits: another
 * kind of processor (ONNX Runtime has kernels for each), and S = 1 against S > 1 (a product with one row
 * has a kernel of its own).
 */
export interface PopulationPolicy {
  /** P. */
  readonly populationSize: number
  /** S. */
  readonly seeds: number
  /**
   * Where observations go: float32 `[P, S, I]`, row-major, kept for the object's life. Fill it, then call
   * {@link act}.
   */
  readonly observations: Float32Array
  /** Where {@link act} leaves the actions: float32 `[P, S, O]`, within [−1, 1], kept for the object's life. */
  readonly actions: Float32Array
  /**
   * Copies one policy's tensors in.
   *
   * @param index p, from 0
   * @param tensors all of {@link policyTensors}, by name; not kept
   * @throws {RangeError} when the index, a name or a length is wrong
   */
  setPolicy(index: number, tensors: PolicyTensors): void
  /**
   * Computes the actions of all policies. Blocks the thread for the computation.
   *
   * @param observations `[P, S, I]`, copied into {@link observations}; absent when that is filled already
   * @returns {@link actions}: overwritten by the next call
   * @throws {RangeError} when the length is wrong
   */
  act(observations?: Float32Array): Promise<Float32Array>
  /** Frees the session. Safe to call twice; call it before the worker ends. */
  close(): Promise<void>
}

/**
 * Creates a population of policies, all zero until {@link PopulationPolicy.setPolicy}.
 *
 * @param init shape of the population
 * @throws {RangeError} when a size is not a positive integer
 */
export async function populationPolicy(init: PopulationPolicyInit): Promise<PopulationPolicy> {
  const { layers, populationSize, seeds } = init
  const names = policyTensors(layers).map(tensor => tensor.name)
  for (const size of [populationSize, seeds]) {
    if (!Number.isSafeInteger(size) || size < 1) throw new RangeError(`population of size ${size}`)
  }
  const session = await createSession(policyGraph(layers, populationSize, seeds))
  const observations = session.inputs.get('observations')!
  const actions = session.outputs.get('actions')!
  return {
    populationSize,
    seeds,
    observations,
    actions,
    setPolicy(index, tensors) {
      if (!Number.isInteger(index) || index < 0 || index >= populationSize) {
        throw new RangeError(`population of ${populationSize}: no policy ${index}`)
      }
      for (const name of names) copyRow(session, name, index, tensors.get(name), populationSize)
    },
    async act(values) {
      if (values !== undefined) copyAll(values, observations)
      await session.run()
      return actions
    },
    close: () => session.close()
  }
}

function copyRow(
  session: Session,
  name: string,
  index: number,
  values: Float32Array | undefined,
  populationSize: number
): void {
  const all = session.inputs.get(name)!
  const length = all.length / populationSize
  if (values?.length !== length) {
    throw new RangeError(`policy ${index}: ${name} needs ${length} values, got ${values?.length}`)
  }
  all.set(values, index * length)
}

function copyAll(values: Float32Array, observations: Float32Array): void {
  if (values.length !== observations.length) {
    throw new RangeError(`observations need ${observations.length} values, got ${values.length}`)
  }
  if (values !== observations) observations.set(values)
}
