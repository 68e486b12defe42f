import type { ProgressOptions } from '@soup/interface'
import type { Reward, RewardMix, RewardStats } from '@soup/reward'
import type { Checkpoint } from '@soup/tensor'

/** How many processors a task may keep busy. */
export interface TaskOptions extends ProgressOptions {
  /**
   * Worker threads to use, at least 1; the default is what the machine has. Results don't depend on it.
   * Two processes side by side on one machine want half each.
   */
  workers?: number | undefined
}

/** Options of {@link Task.finetune}. */
export interface FinetuneOptions extends TaskOptions {
  /** Seed of the search directions and the episodes: an integer in [0, 2³²). Same seed, same expert. */
  seed: number
  /** Steps of the optimiser; each task has its default. */
  iterations?: number | undefined
}

/** Options of {@link Task.evaluate}. */
export interface EvaluateOptions extends TaskOptions {
  /** How many fixed episode seeds to measure each policy on; each task has its default. */
  seeds?: number | undefined
}

/** One of the paper's experiments: a base, its rewards, how they are measured and how experts are made. */
export interface Task {
  /** Name on the command line: `locomotion`. */
  readonly name: string
  /** What the policy does, in a sentence. */
  readonly description: string
  /** The rewards, in the order in which {@link Task.evaluate} reports them. */
  readonly rewards: readonly Reward[]
  /** The pre-trained base that ships with the task: a safetensors file. */
  readonly baseUrl: URL

  /**
   * Checks that a checkpoint is a policy of this task, from its headers alone.
   *
   * @throws {InferenceError} `POLICY_MISMATCH`, naming the tensor, what was expected and what came
   */
  checkPolicy(checkpoint: Checkpoint): void

  /**
   * Fine-tunes the base on Σₖ μₖRₖ.
   *
   * @param base a policy of this task; it stays open and belongs to the caller
   * @param mix coefficients on the simplex: one reward for an expert, several for a MORL expert
   * @returns the expert in memory, with the tensors of the base (names, dtypes, shapes); the observation
   *   statistics are the base's own, byte for byte
   * @throws {InferenceError} `POLICY_MISMATCH`, `POLICY_NOT_FINITE`
   * @throws {RewardError} `MIX_INVALID`, `REWARD_UNKNOWN`
   * @throws {TaskError} `EPISODE_WORKER_FAILED`
   * @throws {RangeError} when an option is out of range
   */
  finetune(base: Checkpoint, mix: RewardMix, options: FinetuneOptions): Promise<Checkpoint>

  /**
   * Measures policies, all of them on the same fixed seeds.
   *
   * @param policies policies of this task; they stay open and belong to the caller
   * @returns `[policy][reward]`: mean, standard error and n over the seeds, raw and in the reward's unit
   * @throws {InferenceError} `POLICY_MISMATCH`, `POLICY_NOT_FINITE`
   * @throws {TaskError} `EPISODE_WORKER_FAILED`
   * @throws {RangeError} when an option is out of range
   */
  evaluate(policies: readonly Checkpoint[], options?: EvaluateOptions): Promise<RewardStats[][]>
}
