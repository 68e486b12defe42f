import type { Reward } from '@soup/reward'
import type { EpisodeSums } from './messages.ts'

/** Coefficient c of the effort in each reward: R = Σₜ (velocityₜ − c · Σⱼ aⱼₜ²) (appendix G). */
const EFFORT_COST = { risky: 0, cautious: 1 } as const

/** Coefficient of the effort in the pre-training reward (appendix G). */
export const PRETRAIN_EFFORT_COST = 0.1

const UNIT = 'm/s, summed over control steps'

/** The two rewards of the paper's locomotion experiment, over one episode. */
export const REWARDS: readonly Reward[] = [
  { name: 'risky', description: 'forward velocity: Σₜ vₜ', unit: UNIT },
  { name: 'cautious', description: 'velocity less effort: Σₜ (vₜ − Σⱼ aⱼₜ²)', unit: UNIT }
]

/**
 * Rewards of one episode by name.
 *
 * @param sums sums over the episodes of a batch
 * @param episode index in the batch
 */
export function episodeRewards(sums: EpisodeSums, episode: number): Record<string, number> {
  const cost = (c: number) => sums.velocity[episode]! - c * sums.effort[episode]!
  return { risky: cost(EFFORT_COST.risky), cautious: cost(EFFORT_COST.cautious) }
}

/** Pre-training reward of one episode: Σₜ (velocityₜ − 0.1 · Σⱼ aⱼₜ²). */
export function pretrainReward(sums: EpisodeSums, episode: number): number {
  return sums.velocity[episode]! - PRETRAIN_EFFORT_COST * sums.effort[episode]!
}
