/** One reward of one policy, measured over seeds. */
export interface MeasuredReward {
  /** Mean over the seeds; higher is better. */
  readonly mean: number
  /** Standard error of the mean, at least 0. */
  readonly stderr: number
  /** How many seeds were measured. */
  readonly n: number
}

/**
 * What was measured: a soup, the base, one of the experts, or a policy trained on a mix of the rewards
 * for comparison (MORL).
 */
export type PointKind = 'soup' | 'base' | 'expert' | 'morl'

/** A measured policy. */
export interface FrontPoint {
  /**
   * One coefficient per expert: of a soup any, of an expert one-hot, of the base all 0. Empty for
   * `morl`, which is no combination of the experts.
   */
  readonly lambda: readonly number[]
  /** One measurement per reward. */
  readonly rewards: readonly MeasuredReward[]
  readonly kind: PointKind
  /** Id of the recipe that rebuilds the soup. */
  readonly recipe?: string
}

/**
 * Tells whether a point is reached by a choice of λ among the experts: a soup, or an expert, which is
 * the soup of a one-hot λ. The base and MORL policies are compared with, never picked.
 */
export function isMixture(point: FrontPoint): boolean {
  return point.kind === 'soup' || point.kind === 'expert'
}

/** The measured means alone, one reward vector per point. */
export function meansOf(points: readonly FrontPoint[]): number[][] {
  return points.map(point => point.rewards.map(reward => reward.mean))
}
