import { erfcx } from './erfcx.ts'

/** ε is searched below this: noise that gives more protects nothing. */
const MAX_EPSILON = 2 ** 20

/** Least δ: below, the difference that δ(ε) is gets lost in f64. */
const MIN_DELTA = 1e-10

/** Halvings of an interval until an f64 has no bits left to tell. */
const BISECTIONS = 100

/**
 * The least δ at which adding Gaussian noise of standard deviation σ · S to a query of sensitivity S is
 * (ε, δ)-differentially private:
 *
 *     δ(ε) = Φ(1/(2σ) − εσ) − exp(ε) · Φ(−1/(2σ) − εσ)
 *
 * (Balle & Wang 2018, arXiv 1805.06083, theorem 8; exact, where the classical √(2 ln(1.25/δ))/ε is a bound for
 * ε < 1 alone.) Both terms are written with {@link erfcx}, so that neither overflows.
 *
 * @param sigma the noise multiplier σ, above 0
 * @param epsilon not negative
 */
export function gaussianDelta(sigma: number, epsilon: number): number {
  const a = 1 / (2 * sigma) - epsilon * sigma
  const b = 1 / (2 * sigma) + epsilon * sigma
  const density = Math.exp((-a * a) / 2) / 2
  const second = density * erfcx(b / Math.SQRT2)
  const tail = density * erfcx(Math.abs(a) / Math.SQRT2)
  return Math.max(0, (a > 0 ? 1 - tail : tail) - second)
}

/**
 * The least ε at which one release with noise multiplier σ is (ε, δ)-differentially private: the inverse of
 * {@link gaussianDelta}, by bisection.
 *
 * It counts for neighbours whose clipped deltas are C apart: this delta, or none. For neighbours that replace a delta
 * by any other, which are up to 2C apart, ask for σ / 2.
 *
 * @param sigma noise multiplier: standard deviation over clipping bound; above 0
 * @param delta from 1e-10, below 1
 * @returns rounded up by less than 1e-9 of itself; Infinity where it would be beyond all meaning
 * @throws {RangeError} when an argument is out of its range
 */
export function gaussianEpsilon(sigma: number, delta: number): number {
  check(sigma > 0 && sigma < Number.POSITIVE_INFINITY, `sigma is above 0, got ${sigma}`)
  checkDelta(delta)
  if (gaussianDelta(sigma, 0) <= delta) return 0
  if (gaussianDelta(sigma, MAX_EPSILON) > delta) return Number.POSITIVE_INFINITY
  return bisect(0, MAX_EPSILON, epsilon => gaussianDelta(sigma, epsilon) <= delta)
}

/** The least value that is enough, where every larger one is too. */
function bisect(low: number, high: number, isEnough: (value: number) => boolean): number {
  let [less, enough] = [low, high]
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (less + enough) / 2
    if (isEnough(middle)) enough = middle
    else less = middle
  }
  return enough
}

function checkDelta(delta: number): void {
  check(delta >= MIN_DELTA && delta < 1, `delta is ${MIN_DELTA} to 1, got ${delta}`)
}

function check(isTrue: boolean, problem: string): void {
  if (!isTrue) throw new RangeError(problem)
}
