/**
 * Replaces rewards by their ranks, spread evenly over [−½, ½]: an update then depends on the order of the
 * rewards alone, not on their scale or on one lucky episode (fitness shaping, Salimans et al. 2017,
 * arXiv:1703.03864, §2.1). Equal rewards share the mean of their ranks, so that candidates that behave
 * alike pull nowhere.
 *
 * @param rewards two or more, finite; not mutated
 * @returns one value a reward; their sum is 0
 */
export function centredRanks(rewards: ArrayLike<number>): Float64Array {
  const count = rewards.length
  const order = [...Array(count).keys()].sort((a, b) => rewards[a]! - rewards[b]!)
  const ranks = new Float64Array(count)
  for (let start = 0, end = 0; start < count; start = end) {
    while (end < count && rewards[order[end]!] === rewards[order[start]!]) end++
    const rank = (start + end - 1) / 2
    for (let i = start; i < end; i++) ranks[order[i]!] = rank / (count - 1) - 0.5
  }
  return ranks
}
