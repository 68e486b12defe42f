/** A tensor of a policy's checkpoint. */
export interface PolicyTensor {
  /** `observation.mean`, `observation.std`, `layers.L.weight`, `layers.L.bias`. */
  name: string
  /** Sizes: `[I]`, `[I]`, `[in, out]` (applied as x·W), `[out]`. */
  shape: readonly number[]
}

/** A policy's tensors by name, as float32. */
export type PolicyTensors = ReadonlyMap<string, Float32Array>

/**
 * Lists the tensors of a policy: the frozen observation statistics first, then the layers in order.
 *
 * @param layers widths from observation to action, e.g. `[17, 64, 64, 6]`
 * @throws {RangeError} when there are fewer than two or one is not a positive integer
 */
export function policyTensors(layers: readonly number[]): PolicyTensor[] {
  if (layers.length < 2 || layers.some(width => !Number.isSafeInteger(width) || width < 1)) {
    throw new RangeError(`a policy's layers must be two or more positive integers, got [${layers}]`)
  }
  return [
    { name: 'observation.mean', shape: [layers[0]!] },
    { name: 'observation.std', shape: [layers[0]!] },
    ...layers.slice(1).flatMap((width, l) => [
      { name: `layers.${l}.weight`, shape: [layers[l]!, width] },
      { name: `layers.${l}.bias`, shape: [width] }
    ])
  ]
}
