import { policyTensors } from '@soup/inference'
import { type Checkpoint, type MemoryTensor, memoryCheckpoint } from '@soup/tensor'
import { POLICY_LAYERS } from '../../src/locomotion/settings.ts'

/** A policy with small weights that vary with `phase`, and plain statistics. */
export function policyTensorsOf(phase = 1): MemoryTensor[] {
  return policyTensors(POLICY_LAYERS).map(({ name, shape }) => {
    const length = shape.reduce((a, b) => a * b, 1)
    const value = (i: number) =>
      name === 'observation.std' ? 1 : name === 'observation.mean' ? 0 : 0.3 * Math.sin(phase + i)
    return { name, dtype: 'F32', shape, data: Float32Array.from({ length }, (_, i) => value(i)) }
  })
}

/** {@link policyTensorsOf} as a checkpoint. */
export function policy(phase = 1): Checkpoint {
  return memoryCheckpoint({ name: `policy ${phase}`, tensors: policyTensorsOf(phase) })
}
