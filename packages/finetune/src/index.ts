/**
 * Fine-tuning by evolution strategies over any objective: no gradient, only rewards of perturbed
 * parameters. What a reward is, and how a mix weighs several, is the caller's: the objective returns
 * one scalar a candidate.
 *
 * @packageDocumentation
 */
export { FinetuneError, type FinetuneErrorCode } from './errors.ts'
export {
  DEFAULT_ANCHOR_DECAY,
  DEFAULT_SEEDS,
  type EvolveContext,
  type EvolveInit,
  type EvolveResult,
  evolve,
  type IterationReport,
  type Objective
} from './evolve.ts'
export {
  flatten,
  type ParameterLayout,
  type ParameterSlot,
  parameterLayout,
  unflatten
} from './parameter-layout.ts'
export { type RandomStream, randomStream } from './random.ts'
