import { centredRanks } from './centred-ranks.ts'
import { randomStream } from './random.ts'

// Keys that keep the streams of one seed apart.
const NOISE = 0
const EPISODES = 1

/**
 * Draws the n directions of an iteration, each from a stream of its own.
 *
 * @param noise ε, `[n, d]`, overwritten with draws from N(0, 1)
 */
export function drawNoise(noise: Float32Array, n: number, seed: number, iteration: number): void {
  const d = noise.length / n
  for (let k = 0; k < n; k++) {
    const stream = randomStream(seed, NOISE, iteration, k)
    for (let j = 0; j < d; j++) noise[k * d + j] = stream.gaussian()
  }
}

/** Draws the episode seeds of an iteration. */
export function drawSeeds(count: number, seed: number, iteration: number): Uint32Array {
  const stream = randomStream(seed, EPISODES, iteration)
  return Uint32Array.from({ length: count }, stream.uint32)
}

/**
 * Places the candidates around θ in antithetic pairs.
 *
 * @param population `[2n, d]`, overwritten: rows 2k and 2k + 1 are θ + σε_k and θ − σε_k
 */
export function placeCandidates(
  population: Float32Array,
  centre: Float64Array,
  noise: Float32Array,
  sigma: number
): void {
  const d = centre.length
  for (let i = 0; i < noise.length; i++) {
    const j = i % d
    const row = 2 * (i - j) + j
    population[row] = centre[j]! + sigma * noise[i]!
    population[row + d] = centre[j]! - sigma * noise[i]!
  }
}

/**
 * Estimates the gradient of the expected reward from the candidates' ranks:
 *
 *     g = 1/(2nσ) Σ_k (u(θ + σε_k) − u(θ − σε_k)) ε_k
 *
 * @param rewards `[2n]`
 * @param noise ε, `[n, d]`
 * @param gradient g, `[d]`, overwritten
 */
export function estimateGradient(
  rewards: ArrayLike<number>,
  noise: Float32Array,
  sigma: number,
  gradient: Float64Array
): void {
  const ranks = centredRanks(rewards)
  const d = gradient.length
  gradient.fill(0)
  for (let i = 0; i < noise.length; i++) {
    const k = Math.floor(i / d)
    const slope = (ranks[2 * k]! - ranks[2 * k + 1]!) / (ranks.length * sigma)
    gradient[i % d]! += slope * noise[i]!
  }
}
