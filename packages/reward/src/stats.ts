/** What a sample of one reward says about its expectation. */
export interface RewardStats {
  /** Sample mean, in the reward's unit. */
  readonly mean: number
  /** Standard error of the mean, s/√n, in the reward's unit; 0 for a single episode, where it is unknown. */
  readonly stderr: number
  /** Number of episodes. */
  readonly n: number
}

/**
 * Summarises one reward over episodes.
 *
 * x̄ = Σxᵢ/n and s/√n with s² = Σ(xᵢ − x̄)²/(n − 1), summed in the order given.
 *
 * @param samples one value an episode, not mutated
 * @returns mean, standard error and n; the standard error of one sample is unknown and given as 0
 * @throws {RangeError} when there is no sample or one is not finite
 */
export function summarize(samples: ArrayLike<number>): RewardStats {
  const values = Array.from(samples)
  const n = values.length
  if (n === 0) throw new RangeError('a reward needs at least one episode to be summarised')
  const bad = values.findIndex(value => !Number.isFinite(value))
  if (bad >= 0)
    throw new RangeError(`reward of episode ${bad} is ${values[bad]}, not a finite number`)
  const mean = sum(values) / n
  const variance = n === 1 ? 0 : sum(values.map(value => (value - mean) ** 2)) / (n - 1)
  return { mean, stderr: Math.sqrt(variance / n), n }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
