import type { PretrainStage } from './pretrain.ts'

/** Control steps in an episode (the paper has 1,000; a third of that keeps a training on a laptop). */
export const EPISODE_STEPS = 300

/** Physics steps in a control step. */
export const PHYSICS_STEPS = 3

/** Length of a physics step, s. */
export const PHYSICS_SECONDS = 0.008

/** Length of a control step, s. */
export const CONTROL_SECONDS: number = PHYSICS_STEPS * PHYSICS_SECONDS

/** Height, pitch and six joint angles (m, rad), then the velocities of x, height, pitch and joints (m/s, rad/s). */
export const OBSERVATION_SIZE = 17

/** Motors: thigh, shin and foot of the hind leg, then of the fore leg. */
export const ACTION_SIZE = 6

/** Widths of the policy from observation to action, tanh after each layer. */
export const POLICY_LAYERS: readonly number[] = [OBSERVATION_SIZE, 32, ACTION_SIZE]

/** Half-width of the uniform noise on each coordinate but x at the start, m or rad. */
export const START_POSITION_NOISE = 0.05

/** Half-width of the uniform noise on each velocity at the start, m/s or rad/s. */
export const START_VELOCITY_NOISE = 0.1

/** Policies in one job of a worker: small enough to keep all processors busy, large enough for one product. */
export const POLICIES_PER_JOB = 4

/** How experts are made from the base. */
export const FINETUNE_SETTINGS = {
  iterations: 100,
  directions: 16,
  sigma: 0.03,
  learningRate: 0.007,
  seeds: 1,
  averaging: 0.25
} as const

/** Share of the older batches that the observation statistics keep at each batch. */
export const STATISTICS_MEMORY = 0.98

/**
 * Pull towards the first, small weights while the base is made. It keeps actions out of tanh's flat ends:
 * from a base whose actions were ±1 nearly always, soups half-way to less effort hardly saved any.
 */
const PRETRAIN_ANCHOR_DECAY = 0.012

/** How the base is made from nothing. */
export const PRETRAIN_SETTINGS: readonly PretrainStage[] = [
  {
    name: 'find a gait',
    iterations: 250,
    directions: 8,
    sigma: 0.05,
    learningRate: 0.025,
    anchorDecay: PRETRAIN_ANCHOR_DECAY,
    seeds: 1
  },
  {
    name: 'refine the gait',
    iterations: 150,
    directions: 8,
    sigma: 0.04,
    learningRate: 0.012,
    anchorDecay: PRETRAIN_ANCHOR_DECAY,
    seeds: 1
  }
]
