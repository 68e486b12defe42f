import type { EpisodeSums } from './messages.ts'
import { EPISODE_STEPS, OBSERVATION_SIZE, STATISTICS_MEMORY } from './settings.ts'

/** Smallest deviation, in the observation's unit: a value that hardly moves must not be blown up to noise. */
const MIN_DEVIATION = 0.01

/** Mean and deviation of each observation, as pre-training sees them. */
export interface ObservationStatistics {
  /** `observation.mean` and `observation.std`, float32 `[I]`, changed in place by {@link add}. */
  readonly tensors: ReadonlyMap<string, Float32Array>
  /** Takes in the observations of a batch; older batches fade by {@link STATISTICS_MEMORY}. */
  add(sums: EpisodeSums): void
}

/** Starts with mean 0 and deviation 1. */
export function observationStatistics(): ObservationStatistics {
  const mean = new Float32Array(OBSERVATION_SIZE)
  const std = new Float32Array(OBSERVATION_SIZE).fill(1)
  const totals = new Float64Array(2 * OBSERVATION_SIZE)
  let count = 0
  return {
    tensors: new Map([
      ['observation.mean', mean],
      ['observation.std', std]
    ]),
    add({ moments, velocity }) {
      count = STATISTICS_MEMORY * count + velocity.length * EPISODE_STEPS
      for (let i = 0; i < totals.length; i++) {
        totals[i] = STATISTICS_MEMORY * totals[i]! + moments[i]!
      }
      for (let i = 0; i < OBSERVATION_SIZE; i++) {
        mean[i] = totals[i]! / count
        const variance = totals[OBSERVATION_SIZE + i]! / count - (totals[i]! / count) ** 2
        std[i] = Math.max(MIN_DEVIATION, Math.sqrt(Math.max(0, variance)))
      }
    }
  }
}
