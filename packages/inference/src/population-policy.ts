import type { PolicyTensors } from './policy-tensors.ts'

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
 * Policy p's actions depend bit for bit on its weights and observations alone (on one machine, for
 * one S): not on the other policies nor on P.
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
   */
  act(observations?: Float32Array): Promise<Float32Array>
  /** Frees the session. Safe to call twice; call it before the worker ends. */
  close(): Promise<void>
}

/**
 * Creates a population of policies with zero weights. No allocation of its own happens afterwards.
 *
 * @param init shape of the population
 */
export async function populationPolicy(init: PopulationPolicyInit): Promise<PopulationPolicy> {
  throw new Error(`not written yet: ${init.layers}`)
}
