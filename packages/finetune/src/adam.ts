const BETA_1 = 0.9
const BETA_2 = 0.999
const EPSILON = 1e-8

/**
 * Creates an optimiser that climbs: Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1, with its
 * suggested β₁, β₂ and ε and the sign turned).
 *
 *     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   θ ← θ + α·(m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * @param length number of parameters
 * @param learningRate α
 * @returns a function that adds one step to `parameters` in place
 */
export function adam(
  length: number,
  learningRate: number
): (parameters: Float64Array, gradient: Float64Array) => void {
  const m = new Float64Array(length)
  const v = new Float64Array(length)
  // Running products: β ** t may differ between engines in the last bit.
  let power1 = 1
  let power2 = 1
  return (parameters, gradient) => {
    power1 *= BETA_1
    power2 *= BETA_2
    for (let i = 0; i < length; i++) {
      const g = gradient[i]!
      m[i] = BETA_1 * m[i]! + (1 - BETA_1) * g
      v[i] = BETA_2 * v[i]! + (1 - BETA_2) * g * g
      const step = m[i]! / (1 - power1) / (Math.sqrt(v[i]! / (1 - power2)) + EPSILON)
      parameters[i]! += learningRate * step
    }
  }
}
