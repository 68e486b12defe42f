import { type EvolveInit, evolve, flatten, randomStream, unflatten } from '@soup/finetune'
import { type PolicyTensors, policyTensors } from '@soup/inference'
import type { Progress } from '@soup/interface'
import { type Checkpoint, memoryCheckpoint } from '@soup/tensor'
import type { FinetuneOptions } from '../task.ts'
import { type EpisodePool, episodePool } from './episode-pool.ts'
import { batchObjective } from './finetune.ts'
import { type ObservationStatistics, observationStatistics } from './observation-statistics.ts'
import { TRAINED_LAYOUT } from './policy.ts'
import { pretrainReward } from './rewards.ts'
import { POLICY_LAYERS, PRETRAIN_SETTINGS } from './settings.ts'

/** One stage of the pre-training. */
export interface PretrainStage extends Omit<EvolveInit, 'parameters' | 'seed'> {
  /** What a person sees. */
  readonly name: string
}

/**
 * Trains the base from nothing on velocity − 0.1 · Σⱼ aⱼ² (appendix G), with evolution strategies in place
 * of the paper's PPO: first a gait, then smaller steps. Every batch adds to the observation statistics,
 * which fine-tuning leaves as they are.
 *
 * @param options `iterations` is the number over all stages, shared in proportion
 * @returns the base, float32, in memory: weights and frozen statistics
 */
export async function pretrain(options: FinetuneOptions): Promise<Checkpoint> {
  const { seed, workers, signal, onProgress } = options
  const stages = scaleStages(PRETRAIN_SETTINGS, options.iterations)
  const total = stages.reduce((sum, stage) => sum + stage.iterations, 0)
  const statistics = observationStatistics()
  await using pool = episodePool({ workers, signal })
  let parameters = flatten(TRAINED_LAYOUT, firstTensors(seed))
  let before = 0
  for (const [index, stage] of stages.entries()) {
    const report = (progress: Progress) =>
      onProgress?.({ ...progress, stage: stage.name, done: before + progress.done, total })
    const init = { ...stage, parameters, seed: randomStream(seed, index).uint32() }
    parameters = await runStage(pool, init, statistics, { signal, onProgress: report })
    before += stage.iterations
  }
  return base(new Map([...statistics.tensors, ...unflatten(TRAINED_LAYOUT, parameters)]))
}

async function runStage(
  pool: EpisodePool,
  init: PretrainStage & EvolveInit,
  statistics: ObservationStatistics,
  options: Pick<FinetuneOptions, 'signal' | 'onProgress'>
): Promise<Float32Array<ArrayBuffer>> {
  const objective = batchObjective(pool, statistics.tensors, pretrainReward, sums =>
    statistics.add(sums)
  )
  const { parameters } = await evolve(init, objective, options)
  return parameters
}

/** Starts from small random weights: variance 1/fan-in, and a hundredth of it in the last layer, for a robot nearly at rest. */
function firstTensors(seed: number): PolicyTensors {
  const last = POLICY_LAYERS.length - 2
  const tensors = policyTensors(POLICY_LAYERS).map(({ name, shape }, index) => {
    const [fanIn = 1, fanOut] = shape
    const random = randomStream(seed, PRETRAIN_SETTINGS.length, index)
    const gain = name === `layers.${last}.weight` ? 0.1 : 1
    const scale = fanOut === undefined ? 0 : gain / Math.sqrt(fanIn)
    const values = Float32Array.from(
      { length: fanIn * (fanOut ?? 1) },
      () => scale * random.gaussian()
    )
    return [name, values] as const
  })
  return new Map(tensors)
}

function scaleStages(stages: readonly PretrainStage[], iterations?: number): PretrainStage[] {
  const planned = stages.reduce((sum, stage) => sum + stage.iterations, 0)
  if (iterations === undefined) return [...stages]
  if (!Number.isSafeInteger(iterations) || iterations < 0) {
    throw new RangeError(`iterations must be a non-negative integer, got ${iterations}`)
  }
  return stages.map(stage => ({
    ...stage,
    iterations: Math.round((iterations * stage.iterations) / planned)
  }))
}

function base(tensors: PolicyTensors): Checkpoint {
  return memoryCheckpoint({
    name: 'locomotion base',
    tensors: policyTensors(POLICY_LAYERS).map(({ name, shape }) => ({
      name,
      dtype: 'F32',
      shape,
      data: tensors.get(name)!
    }))
  })
}
