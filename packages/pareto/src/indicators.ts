import { type ChordViolation, chordViolations } from './chord.ts'
import { hypervolume } from './hypervolume.ts'
import { type FrontPoint, isMixture, meansOf } from './point.ts'

/** Figures that are computed from the points of a front. */
export interface FrontIndicators {
  /** Hypervolume of soups and experts above the reference; null unless there are 2 rewards. */
  readonly hypervolume: number | null
  /** Where the hypervolume is measured from: see {@link referencePoint}. */
  readonly reference: readonly number[]
  /** How many soups lie below the chord on some reward. */
  readonly chordViolations: number
  /** Which soups, on which rewards, by how much. */
  readonly violations: readonly ChordViolation[]
}

/**
 * The componentwise minimum over the base's and the experts' measured means: what one has without any
 * soup at all. It depends on no soup, so fronts of the same experts have comparable hypervolumes.
 *
 * @param points measured points, among them the base or an expert
 */
export function referencePoint(points: readonly FrontPoint[]): number[] {
  const known = points.filter(point => point.kind === 'base' || point.kind === 'expert')
  return meansOf(known).reduce((low, means) => low.map((value, k) => Math.min(value, means[k]!)))
}

/** Computes every figure of a front from its points, with the reference point given. */
export function computeIndicators(
  points: readonly FrontPoint[],
  reference: readonly number[]
): FrontIndicators {
  const violations = chordViolations(points)
  const mixtures = meansOf(points.filter(isMixture))
  return {
    hypervolume: reference.length === 2 ? hypervolume(mixtures, reference) : null,
    reference,
    chordViolations: new Set(violations.map(violation => violation.point)).size,
    violations
  }
}
