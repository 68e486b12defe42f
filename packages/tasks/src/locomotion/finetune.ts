import { type EvolveInit, evolve, flatten, type Objective, unflatten } from '@soup/finetune'
import { readPolicy } from '@soup/inference'
import { checkMix, type RewardMix, scalarize } from '@soup/reward'
import {
  type Checkpoint,
  floatCodec,
  isFloatDtype,
  memoryCheckpoint,
  readTensor
} from '@soup/tensor'
import type { FinetuneOptions } from '../task.ts'
import { type EpisodePool, episodePool } from './episode-pool.ts'
import type { EpisodeSums } from './messages.ts'
import { FROZEN_TENSORS, TRAINED_LAYOUT } from './policy.ts'
import { episodeRewards, REWARDS } from './rewards.ts'
import { FINETUNE_SETTINGS, POLICIES_PER_JOB, POLICY_LAYERS } from './settings.ts'

/**
 * Fine-tunes a locomotion policy on Σₖ μₖRₖ by evolution strategies.
 *
 * @param base not closed here
 * @param mix μ by reward name
 * @returns the expert, in memory; frozen tensors have the base's bytes
 */
export async function finetune(
  base: Checkpoint,
  mix: RewardMix,
  options: FinetuneOptions
): Promise<Checkpoint> {
  const { seed, iterations = FINETUNE_SETTINGS.iterations, workers, signal, onProgress } = options
  checkMix(mix, REWARDS)
  const tensors = await readPolicy(base, POLICY_LAYERS, { signal })
  const shared = new Map(FROZEN_TENSORS.map(name => [name, tensors.get(name)!]))
  const init: EvolveInit = {
    ...FINETUNE_SETTINGS,
    parameters: flatten(TRAINED_LAYOUT, tensors),
    iterations,
    seed
  }
  const populationSize = 2 * init.directions
  await using pool = episodePool({ workers, maxWorkers: populationSize / POLICIES_PER_JOB, signal })
  const objective = batchObjective(pool, shared, (sums, episode) =>
    scalarize(mix, episodeRewards(sums, episode))
  )
  const { parameters } = await evolve(init, objective, { signal, onProgress })
  return await expert(base, parameters, signal)
}

/**
 * Turns a reward of episodes into an objective of candidates: the mean over the seeds.
 *
 * @param pool runs the episodes
 * @param shared tensors that all candidates share; read anew at each call
 * @param reward value of one episode of a batch
 * @param onSums sees each batch's sums
 */
export function batchObjective(
  pool: EpisodePool,
  shared: ReadonlyMap<string, Float32Array>,
  reward: (sums: EpisodeSums, episode: number) => number,
  onSums?: (sums: EpisodeSums) => void
): Objective {
  return async (population, { populationSize, seeds }) => {
    const batch = { population, populationSize, shared, seeds, policiesPerJob: POLICIES_PER_JOB }
    const sums = await pool.run(batch)
    onSums?.(sums)
    return Float64Array.from({ length: populationSize }, (_, p) => {
      let total = 0
      for (let s = 0; s < seeds.length; s++) total += reward(sums, p * seeds.length + s)
      return total / seeds.length
    })
  }
}

/** The base with its trained tensors replaced, in the base's dtypes. */
async function expert(
  base: Checkpoint,
  parameters: Float32Array,
  signal: AbortSignal | undefined
): Promise<Checkpoint> {
  const trained = unflatten(TRAINED_LAYOUT, parameters)
  const tensors = []
  for (const { name, dtype, shape } of base.tensors.values()) {
    const values = trained.get(name)
    const data =
      values !== undefined && isFloatDtype(dtype)
        ? floatCodec(dtype).encode(values)
        : await readTensor(base, name, { signal })
    tensors.push({ name, dtype, shape, data })
  }
  return memoryCheckpoint({ name: `fine-tuned ${base.name}`, metadata: base.metadata, tensors })
}
