/**
 * Rewards: what they are, what a sample of them says, and mixes of several.
 *
 * A reward is a scalar per episode, higher is better. It is reported raw, as mean, standard error and n,
 * never normalised silently. A mix weighs several rewards for a MORL expert: Σₖ μₖRₖ with μ on the simplex
 * (Rewarded soups, arXiv 2306.04488, §2 and appendix A.1).
 *
 * @packageDocumentation
 */
export { RewardError, type RewardErrorCode } from './errors.ts'
export { checkMix, parseMix, type RewardMix, scalarize } from './mix.ts'
export { type RewardStats, summarize } from './stats.ts'

/** A reward function, as people and records name it. */
export interface Reward {
  /** Short name, unique in its task: `risky`. */
  readonly name: string
  /** What it rewards, with the formula, in one line. */
  readonly description: string
  /** Unit of one episode's value. */
  readonly unit: string
}
