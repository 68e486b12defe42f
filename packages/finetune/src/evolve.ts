import type { ProgressOptions } from '@soup/interface'
import { type RewardStats, summarize } from '@soup/reward'
import { adam } from './adam.ts'
import { FinetuneError } from './errors.ts'
import { drawNoise, drawSeeds, estimateGradient, placeCandidates } from './search.ts'
import { tailAverage } from './tail-average.ts'

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
  /**
   * Share of the distance to θ₀ that each update takes back, in [0, 1). Experts that stay close to θ₀ are
   * the ones that soups mix well (linear mode connectivity). Absent: {@link DEFAULT_ANCHOR_DECAY}.
   */
  anchorDecay?: number | undefined
  /**
   * Share of the last updates whose θ are averaged into the result, in [0, 1]: the mean is less noisy than
   * the last one (Polyak and Juditsky 1992, doi 10.1137/0330046). Absent or 0: the last θ itself.
   */
  averaging?: number | undefined
  /** Number of episode seeds an iteration. Absent: {@link DEFAULT_SEEDS}. */
  seeds?: number | undefined
}

/** No pull towards θ₀. */
export const DEFAULT_ANCHOR_DECAY = 0

/** One episode a candidate: more directions usually pay better than more episodes. */
export const DEFAULT_SEEDS = 1

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
  readonly iteration: number
  /** The candidates' rewards, before the update. */
  readonly reward: RewardStats
  /** Best reward among the candidates. */
  readonly best: number
  /** ‖θ − θ₀‖₂ after the update. */
  readonly distance: number
}

/** What a fine-tuning gives. */
export interface EvolveResult {
  /** θ after the last update, `[d]`, belongs to the caller. */
  parameters: Float32Array<ArrayBuffer>
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
 * θ is kept in float64 between updates, so that small steps add up. Memory: about 3n·d float32 and 4d float64.
 *
 * @param init start and settings
 * @param objective measures the candidates of one iteration
 * @param options the signal is looked at around every call of the objective
 * @throws {FinetuneError} `REWARD_NOT_FINITE`
 * @throws {RangeError} when a setting is out of range or the objective gives another number of rewards
 */
export async function evolve(
  init: EvolveInit,
  objective: Objective,
  options: ProgressOptions = {}
): Promise<EvolveResult> {
  checkInit(init)
  const { parameters: start, seed, directions: n, sigma, iterations } = init
  const { anchorDecay = DEFAULT_ANCHOR_DECAY, seeds = DEFAULT_SEEDS } = init
  const d = start.length
  const populationSize = 2 * n
  const theta = Float64Array.from(start)
  const noise = new Float32Array(n * d)
  const population = new Float32Array(new SharedArrayBuffer(populationSize * d * 4))
  const gradient = new Float64Array(d)
  const climb = adam(d, init.learningRate)
  const average = tailAverage(theta, iterations, init.averaging ?? 0)
  const history: IterationReport[] = []
  report(options, iterations)
  for (let iteration = 0; iteration < iterations; iteration++) {
    options.signal?.throwIfAborted()
    drawNoise(noise, n, seed, iteration)
    placeCandidates(population, theta, noise, sigma)
    const context = { iteration, populationSize, seeds: drawSeeds(seeds, seed, iteration) }
    const rewards = await objective(population, context)
    options.signal?.throwIfAborted()
    checkRewards(rewards, context)
    estimateGradient(rewards, noise, sigma, gradient)
    climb(theta, gradient)
    const distance = pullBack(theta, start, anchorDecay)
    average.add(theta, iteration)
    const best = Array.from(rewards).reduce((a, b) => Math.max(a, b))
    history.push({ iteration, reward: summarize(rewards), best, distance })
    report(options, iterations, history.at(-1))
  }
  return { parameters: Float32Array.from(average.mean()), history }
}

function checkInit(init: EvolveInit): void {
  const { seed, iterations, directions, sigma, learningRate } = init
  const { anchorDecay = DEFAULT_ANCHOR_DECAY, averaging = 0, seeds = DEFAULT_SEEDS } = init
  const claims = {
    'parameters must be finite and at least one':
      init.parameters.length > 0 && init.parameters.every(Number.isFinite),
    'seed must be an integer in [0, 2^32)': Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32,
    'iterations must be a non-negative integer':
      Number.isSafeInteger(iterations) && iterations >= 0,
    'directions must be a positive integer': Number.isSafeInteger(directions) && directions > 0,
    'seeds must be a positive integer': Number.isSafeInteger(seeds) && seeds > 0,
    'sigma must be positive': Number.isFinite(sigma) && sigma > 0,
    'learningRate must be positive': Number.isFinite(learningRate) && learningRate > 0,
    'anchorDecay must lie in [0, 1)': anchorDecay >= 0 && anchorDecay < 1,
    'averaging must lie in [0, 1]': averaging >= 0 && averaging <= 1
  }
  for (const [claim, holds] of Object.entries(claims)) {
    if (!holds) throw new RangeError(`evolve: ${claim}`)
  }
}

function checkRewards(rewards: ArrayLike<number>, context: EvolveContext): void {
  const { iteration, populationSize } = context
  if (rewards.length !== populationSize) {
    throw new RangeError(`evolve: expected ${populationSize} rewards, got ${rewards.length}`)
  }
  const candidate = Array.from(rewards).findIndex(reward => !Number.isFinite(reward))
  if (candidate === -1) return
  throw new FinetuneError(
    'REWARD_NOT_FINITE',
    `iteration ${iteration}: candidate ${candidate} has the reward ${rewards[candidate]}, expected a finite` +
      ' number; a smaller sigma or learning rate keeps the parameters where the objective holds',
    { details: { iteration, candidate } }
  )
}

/** Takes back a share of θ − θ₀. @returns the norm of what remains */
function pullBack(theta: Float64Array, start: Float32Array, share: number): number {
  let sum = 0
  for (let j = 0; j < theta.length; j++) {
    const delta = (theta[j]! - start[j]!) * (1 - share)
    theta[j] = start[j]! + delta
    sum += delta * delta
  }
  return Math.sqrt(sum)
}

function report(options: ProgressOptions, total: number, last?: IterationReport): void {
  options.onProgress?.({
    stage: 'fine-tune',
    done: last === undefined ? 0 : last.iteration + 1,
    total,
    unit: 'iterations',
    ...(last && { note: `mean reward ${last.reward.mean.toPrecision(4)}` })
  })
}
