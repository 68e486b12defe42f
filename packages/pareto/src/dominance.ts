/**
 * Tells whether `a` is at least as good as `b` on every reward and better on one.
 *
 * @param a one reward per axis, higher is better
 * @param b as many rewards as `a`
 * @throws {RangeError} when the lengths differ or a reward is NaN
 */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  checkComparable([a, b])
  return isBetter(a, b)
}

/**
 * Finds the front: the points that no other point dominates.
 *
 * @param points N rewards per point, the same N ≥ 1 for all, higher is better; not mutated
 * @returns indices into `points`, ascending; equal points stay together, on the front or off it
 * @throws {RangeError} when the lengths differ or a reward is NaN
 */
export function nonDominated(points: readonly (readonly number[])[]): number[] {
  checkComparable(points)
  // Whoever dominates a point comes before it in descending lexicographic order, and so does a
  // member of the front that dominates it too: comparing with the members found so far is enough.
  const order = points.map((_, index) => index)
  order.sort((i, j) => compareDescending(points[i]!, points[j]!) || i - j)
  const members: number[] = []
  for (const index of order) {
    if (!members.some(member => isBetter(points[member]!, points[index]!))) members.push(index)
  }
  return members.sort((i, j) => i - j)
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  return a.every((reward, k) => reward >= b[k]!) && a.some((reward, k) => reward > b[k]!)
}

function compareDescending(a: readonly number[], b: readonly number[]): number {
  const k = a.findIndex((reward, axis) => reward !== b[axis])
  return k < 0 ? 0 : a[k]! > b[k]! ? -1 : 1
}

function checkComparable(points: readonly (readonly number[])[]): void {
  const axes = points[0]?.length
  points.forEach((point, index) => {
    if (point.length !== axes || axes === 0) {
      throw new RangeError(`point ${index} has ${point.length} rewards, expected ${axes || 'one'}`)
    }
    const nan = point.findIndex(Number.isNaN)
    if (nan >= 0) throw new RangeError(`reward ${nan} of point ${index} is NaN`)
  })
}
