import type { FrontPoint, MeasuredReward } from './point.ts'

/** A soup this many standard errors below the chord counts as a violation of Hypothesis 1. */
export const DEFAULT_CHORD_STANDARD_ERRORS: number = 2

/**
 * A difference below this share of the rewards is rounding of the sums, not a gap: without it an expert
 * measured without noise could lie below itself.
 */
const ROUNDING = 2 ** -40

/** λ sums to 1 up to this: what the soup operator takes for the simplex too. */
const SIMPLEX_TOLERANCE = 1e-5

/** A soup below the chord on one reward. */
export interface ChordViolation {
  /** Index of the soup in the points. */
  readonly point: number
  /** Index of the reward. */
  readonly reward: number
  /** How far below the chord: Σ λᵢ R_k(θᵢ) − R_k(θ(λ)), above 0. */
  readonly gap: number
  /** Standard error of the gap. */
  readonly stderr: number
}

/**
 * Finds the soups that lie below the chord between the experts by more than `standardErrors` standard
 * errors on some reward.
 *
 * Hypothesis 1 (Rewarded Soups, arXiv 2306.04488): R_k(θ(λ)) ≥ Σᵢ λᵢ R_k(θᵢ) for every reward k and
 * every λ on the simplex. The gap Σᵢ λᵢ R̂_k(θᵢ) − R̂_k(θ(λ)) of measured means has the standard error
 *
 *     s = √(s_soup² + Σᵢ λᵢ² sᵢ²)
 *
 * which takes the measurements as independent. Policies measured on the same seeds (common random
 * numbers) are positively correlated: their gap varies less, so s is too large and fewer soups are
 * counted than the data would allow. The test is conservative. Each pair of soup and reward is tested
 * by itself: among 11 soups on the chord exactly, chance alone puts about one in 44 pairs beyond 2
 * standard errors if the measurements were independent.
 *
 * Soups with λ off the simplex (extrapolation) are no subject of the hypothesis and are passed over.
 *
 * @param points measured points, among them every expert
 * @param standardErrors how many, at least 0
 * @returns the violations in the order of the points, then of the rewards
 * @throws {RangeError} when an expert was not measured, or `standardErrors` is negative or NaN
 */
export function chordViolations(
  points: readonly FrontPoint[],
  standardErrors: number = DEFAULT_CHORD_STANDARD_ERRORS
): ChordViolation[] {
  if (!(standardErrors >= 0)) {
    throw new RangeError(`standardErrors must be at least 0, got ${standardErrors}`)
  }
  return points.flatMap((point, index) => {
    if (point.kind !== 'soup' || !isOnSimplex(point.lambda)) return []
    const experts = point.lambda.map((_, i) => expertAt(points, i))
    return point.rewards.flatMap((soup, reward) => {
      const gap = gapToChord(
        soup,
        point.lambda,
        experts.map(expert => expert.rewards[reward]!)
      )
      return gap.value > standardErrors * gap.stderr + gap.rounding
        ? [{ point: index, reward, gap: gap.value, stderr: gap.stderr }]
        : []
    })
  })
}

function gapToChord(
  soup: MeasuredReward,
  lambda: readonly number[],
  experts: readonly MeasuredReward[]
): { value: number; stderr: number; rounding: number } {
  const terms = experts.map((expert, i) => lambda[i]! * expert.mean)
  const chord = terms.reduce((sum, term) => sum + term, 0)
  const size = terms.reduce((sum, term) => sum + Math.abs(term), Math.abs(soup.mean))
  const stderr = Math.hypot(soup.stderr, ...experts.map((expert, i) => lambda[i]! * expert.stderr))
  return { value: chord - soup.mean, stderr, rounding: ROUNDING * size }
}

function expertAt(points: readonly FrontPoint[], index: number): FrontPoint {
  const expert = points.find(point => point.kind === 'expert' && point.lambda[index] === 1)
  if (expert === undefined) throw new RangeError(`expert ${index} is not among the points`)
  return expert
}

function isOnSimplex(lambda: readonly number[]): boolean {
  const sum = lambda.reduce((total, coefficient) => total + coefficient, 0)
  return lambda.every(coefficient => coefficient >= 0) && Math.abs(sum - 1) <= SIMPLEX_TOLERANCE
}
