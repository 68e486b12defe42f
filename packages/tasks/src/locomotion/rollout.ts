import { type PolicyTensors, type PopulationPolicy, populationPolicy } from '@soup/inference'
import type { EpisodeSums } from './messages.ts'
import { openRunners, type Runners } from './runners.ts'
import { EPISODE_STEPS, OBSERVATION_SIZE, POLICY_LAYERS } from './settings.ts'

/** Robots and policies of a fixed number, to run batches of episodes with. */
export interface Stage {
  /** P, number of policies. */
  readonly populationSize: number
  /** S, number of episodes for each policy. */
  readonly seeds: number
  /** Runs one episode of each policy on each seed; undefined when `isStopped` became true. */
  run(
    policies: readonly PolicyTensors[],
    seeds: Uint32Array,
    isStopped: () => boolean
  ): Promise<EpisodeSums | undefined>
  /** Frees robots and session. */
  close(): Promise<void>
}

/**
 * Sets up P × S robots and one batched product for their P policies.
 *
 * @param populationSize P
 * @param seeds S
 */
export async function openStage(populationSize: number, seeds: number): Promise<Stage> {
  const runners = await openRunners(populationSize * seeds)
  try {
    const policy = await populationPolicy({ layers: POLICY_LAYERS, populationSize, seeds })
    return {
      populationSize,
      seeds,
      run: async (policies, episodeSeeds, isStopped) => {
        for (const [index, tensors] of policies.entries()) policy.setPolicy(index, tensors)
        for (let i = 0; i < runners.count; i++) runners.reset(i, episodeSeeds[i % seeds]!)
        return await runEpisodes(runners, policy, isStopped)
      },
      close: async () => {
        runners.close()
        await policy.close()
      }
    }
  } catch (error) {
    runners.close()
    throw error
  }
}

async function runEpisodes(
  runners: Runners,
  policy: PopulationPolicy,
  isStopped: () => boolean
): Promise<EpisodeSums | undefined> {
  const { observations } = policy
  const velocity = new Float64Array(runners.count)
  const effort = new Float64Array(runners.count)
  const moments = new Float64Array(2 * OBSERVATION_SIZE)
  for (let step = 0; step < EPISODE_STEPS; step++) {
    if (isStopped()) return undefined
    for (let i = 0; i < runners.count; i++) runners.observe(i, observations)
    addMoments(moments, observations)
    const actions = await policy.act()
    for (let i = 0; i < runners.count; i++) {
      const outcome = runners.step(i, actions)
      velocity[i]! += outcome.velocity
      effort[i]! += outcome.effort
    }
  }
  return { velocity, effort, moments }
}

function addMoments(moments: Float64Array, observations: Float32Array): void {
  for (let k = 0; k < observations.length; k++) {
    const value = observations[k]!
    const i = k % OBSERVATION_SIZE
    moments[i]! += value
    moments[OBSERVATION_SIZE + i]! += value * value
  }
}
