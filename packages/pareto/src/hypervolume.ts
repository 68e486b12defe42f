import { nonDominated } from './dominance.ts'

/**
 * Measures the area between a front of two rewards and a reference point, exactly.
 *
 * HV(P, r) = area of ⋃_{p ∈ P} [r₁, p₁] × [r₂, p₂] (Zitzler and Thiele 1999, the S metric). It never
 * falls when a point is added, and dominated points add nothing.
 *
 * @param points two rewards per point, higher is better, in any order; not mutated
 * @param reference two rewards; a point that is not above it on both rewards adds nothing
 * @returns the area, in the product of the rewards' units; 0 without points
 * @throws {RangeError} when there are not exactly two rewards, or one is NaN
 */
export function hypervolume(
  points: readonly (readonly number[])[],
  reference: readonly number[]
): number {
  for (const point of [reference, ...points]) checkPair(point)
  const [left, floor] = reference as [number, number]
  const above = points.filter(([x, y]) => x! > left && y! > floor)
  const front = nonDominated(above)
    .map(index => above[index] as readonly [number, number])
    .sort((a, b) => b[0] - a[0])
  let area = 0
  let height = floor
  for (const [x, y] of front) {
    area += (x - left) * (y - height)
    height = y
  }
  return area
}

function checkPair(point: readonly number[]): void {
  if (point.length !== 2) {
    throw new RangeError(`hypervolume is computed for 2 rewards only, got ${point.length}`)
  }
  if (point.some(Number.isNaN)) throw new RangeError('hypervolume of a reward that is NaN')
}
