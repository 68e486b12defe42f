import { type RewardStats, summarize } from '@soup/reward'
import type { Checkpoint } from '@soup/tensor'
import type { EvaluateOptions } from '../task.ts'
import { episodePool } from './episode-pool.ts'
import { DEFAULT_EVALUATION_SEEDS, EVALUATION_SEED_OFFSET, MAX_EVALUATION_SEEDS } from './limits.ts'
import { readPopulation } from './policy.ts'
import { episodeRewards, REWARDS } from './rewards.ts'

/**
 * Measures policies, all of them on the same fixed seeds; one job is one policy on all seeds.
 *
 * @param policies locomotion policies, not closed here
 * @returns `[policy][reward]` in the order of {@link REWARDS}
 */
export async function evaluate(
  policies: readonly Checkpoint[],
  options: EvaluateOptions = {}
): Promise<RewardStats[][]> {
  const { seeds = DEFAULT_EVALUATION_SEEDS, workers, signal, onProgress } = options
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > MAX_EVALUATION_SEEDS) {
    throw new RangeError(`seeds must be an integer from 1 to ${MAX_EVALUATION_SEEDS}, got ${seeds}`)
  }
  signal?.throwIfAborted()
  const population = await readPopulation(policies, { signal })
  if (policies.length === 0) return []
  const progress = {
    stage: 'run episodes',
    total: policies.length * seeds,
    unit: 'episodes'
  } as const
  let done = 0
  onProgress?.({ ...progress, done })
  await using pool = episodePool({ workers, maxWorkers: policies.length, signal })
  const sums = await pool.run({
    population,
    populationSize: policies.length,
    shared: new Map(),
    seeds: Uint32Array.from({ length: seeds }, (_, i) => EVALUATION_SEED_OFFSET + i),
    policiesPerJob: 1,
    onEpisodes: count => {
      done += count
      onProgress?.({ ...progress, done })
    }
  })
  return policies.map((_, p) => {
    const episodes = Array.from({ length: seeds }, (_, s) => episodeRewards(sums, p * seeds + s))
    return REWARDS.map(({ name }) => summarize(episodes.map(rewards => rewards[name]!)))
  })
}
