/** Episodes of each policy in an evaluation: standard errors come below 1 % of a good policy's reward. */
export const DEFAULT_EVALUATION_SEEDS = 32

/** Most episodes of each policy in one evaluation: robots run side by side, at 0.1 MiB each. */
export const MAX_EVALUATION_SEEDS = 1024

/** First of the seeds on which every policy is measured. Training draws its seeds at random from all 2³². */
export const EVALUATION_SEED_OFFSET = 20_230_604
