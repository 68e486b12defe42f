import type { ProgressOptions } from '@soup/interface'

/** What a fine-tuning starts from and how it goes. */
export interface EvolveInit {
  /** θ₀, `[d]`, not mutated. */
  parameters: Float32Array
  /** Chooses noise and episodes; an integer in [0, 2³²). Same seed and objective, same result bit for bit. */
  seed: number
  /** Number of updates. */
  iterations: number
  /** n, antithetic directions an iteration: 2n candidates. */
  directions: number
  /** σ, standard deviation of the noise on each parameter. */
  sigma: number
  /** α, Adam's step: about the most that a parameter moves in one update. */
  learningRate: number
  /** Share of the distance to θ₀ that each update takes back, in [0, 1). Default 0. */
  anchorDecay?: number
  /** Number of episode seeds an iteration. Default 1. */
  seeds?: number
}

/** What the objective is told besides the candidates. */
export interface EvolveContext {
  /** From 0. */
  readonly iteration: number
  /** P = 2n, number of candidates. */
  readonly populationSize: number
  /**
   * Episode seeds, uint32, fresh each iteration. Every candidate must meet the same ones (common random
   * numbers), so that they differ by their parameters alone.
   */
  readonly seeds: Uint32Array
}

/**
 * Measures candidates.
 *
 * @param population `[P, d]` row-major, rows 2k and 2k + 1 are θ ± σ·ε_k. In shared memory, so that a worker
 *   gets it without a copy; overwritten after the promise settles.
 * @returns P rewards, higher is better
 */
export type Objective = (
  population: Float32Array<SharedArrayBuffer>,
  context: EvolveContext
) => Promise<ArrayLike<number>>

/** One update, in numbers. */
export interface IterationReport {
  /** From 0. */
  iteration: number
  /** Mean reward of the candidates, before the update. */
  mean: number
  /** Best reward among the candidates. */
  best: number
  /** ‖θ − θ₀‖₂ after the update. */
  distance: number
}

/** What a fine-tuning gives. */
export interface EvolveResult {
  /** θ after the last update, `[d]`, belongs to the caller. */
  parameters: Float32Array
  /** One report an update. */
  history: IterationReport[]
}

/**
 * Maximises an objective by evolution strategies (Salimans et al. 2017, arXiv:1703.03864, algorithm 1,
 * with antithetic noise, centred ranks and Adam):
 *
 *     g = 1/(2nσ) Σ_k (u(θ + σε_k) − u(θ − σε_k)) ε_k,   ε_k ~ N(0, I)
 *     θ ← θ + Adam(g) − anchorDecay · (θ − θ₀)
 *
 * @throws {FinetuneError} `REWARD_NOT_FINITE`
 * @throws {RangeError} when a setting is out of range
 */
export async function evolve(
  init: EvolveInit,
  objective: Objective,
  options: ProgressOptions = {}
): Promise<EvolveResult> {
  throw new Error(`not written yet: ${init} ${objective} ${options}`)
}
