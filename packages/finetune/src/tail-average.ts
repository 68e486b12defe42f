/** Averages the last θ of a search. */
export interface TailAverage {
  /** Takes θ after an update into account, if it is one of the last. */
  add(theta: Float64Array, iteration: number): void
  /** θ̄, `[d]`: the mean of what was added, or the θ that the search works on where nothing was. */
  mean(): Float64Array
}

/**
 * Polyak-Ruppert averaging over the tail of a search: θ̄ = (1/m) Σ θ_t over the last m updates.
 *
 * @param theta `[d]`, the θ that the search works on; kept by reference, not mutated
 * @param iterations number of updates in all
 * @param share m / iterations, in [0, 1]; m is rounded up
 */
export function tailAverage(theta: Float64Array, iterations: number, share: number): TailAverage {
  const count = Math.ceil(iterations * share)
  const sum = new Float64Array(theta.length)
  return {
    add(latest, iteration) {
      if (iteration < iterations - count) return
      for (let i = 0; i < sum.length; i++) sum[i]! += latest[i]!
    },
    mean: () => (count === 0 ? theta : sum.map(value => value / count))
  }
}
