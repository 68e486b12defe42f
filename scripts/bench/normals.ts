/** Standard deviation of weights, as language models have it. */
export const WEIGHT_SCALE = 0.02

/** Normal deviates by Box and Muller over a xorshift generator: the same for the same seed. */
export function normals(seed: number, count: number, scale: number): Float32Array {
  let state = (seed * 0x9e3779b9) >>> 0
  const uniform = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 1) / (2 ** 32 + 1)
  }
  const deviates = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    const radius = scale * Math.sqrt(-2 * Math.log(uniform()))
    deviates[i] = radius * Math.cos(2 * Math.PI * uniform())
  }
  return deviates
}
