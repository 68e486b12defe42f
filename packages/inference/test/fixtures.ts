import { type PolicyTensors, policyTensors } from '../src/index.ts'

/** Numbers in [−1, 1) from a seed (a linear congruential generator: any spread of values will do). */
export function numbers(length: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed >>> 0
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

/** A policy with weights from a seed. */
export function somePolicy(layers: readonly number[], seed: number): PolicyTensors {
  return new Map(
    policyTensors(layers).map(({ name, shape }, i) => {
      const values = numbers(
        shape.reduce((a, b) => a * b, 1),
        seed * 100 + i
      )
      return [name, name === 'observation.std' ? values.map(x => 1.5 + x) : values]
    })
  )
}

/** What a policy does with one observation, straight from the formula, in float64. */
export function expectedActions(
  layers: readonly number[],
  tensors: PolicyTensors,
  observation: Float32Array
): number[] {
  const at = (name: string, i: number) => tensors.get(name)![i]!
  let hidden = Array.from(observation, (x, i) =>
    Math.min(5, Math.max(-5, (x - at('observation.mean', i)) / at('observation.std', i)))
  )
  layers.slice(1).forEach((width, l) => {
    hidden = Array.from({ length: width }, (_, j) =>
      Math.tanh(
        hidden.reduce(
          (sum, x, i) => sum + x * at(`layers.${l}.weight`, i * width + j),
          at(`layers.${l}.bias`, j)
        )
      )
    )
  })
  return hidden
}
