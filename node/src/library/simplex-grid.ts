/**
 * Evenly spaced λ on the simplex: every λ whose entries are multiples of 1 / (points − 1).
 *
 * For 2 experts these are `points` values from (1, 0) to (0, 1), the grid of Rewarded Soups
 * (arXiv 2306.04488, §3).
 *
 * @param points how many along an edge, both ends included; at least 2
 * @param experts how many entries a λ has; at least 1
 */
export function simplexGrid(points: number, experts: number): number[][] {
  const steps = points - 1
  return compositions(steps, experts).map(counts => counts.map(count => count / steps))
}

/** Every way to write `total` as an ordered sum of `parts` numbers, the first ones largest first. */
function compositions(total: number, parts: number): number[][] {
  if (parts === 1) return [[total]]
  const all: number[][] = []
  for (let first = total; first >= 0; first -= 1) {
    for (const rest of compositions(total - first, parts - 1)) all.push([first, ...rest])
  }
  return all
}
