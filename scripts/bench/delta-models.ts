import { floatCodec } from '@soup/tensor'

/** A base and an expert, stored in a dtype. */
export interface DeltaModel {
  dtype: 'BF16' | 'F16' | 'F32'
  base: Uint8Array
  expert: Uint8Array
}

/** Standard deviation of the weights, as language models have it. */
const WEIGHT_SCALE = 0.02

/** Normal deviates of the weights' scale by Box and Muller over a xorshift generator: the same for the same seed. */
export function normals(seed: number, count: number): Float32Array {
  let state = (seed * 0x9e3779b9) >>> 0
  const uniform = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 1) / (2 ** 32 + 1)
  }
  const deviates = new Float32Array(count)
  for (let i = 0; i < count; i++) {
    const radius = WEIGHT_SCALE * Math.sqrt(-2 * Math.log(uniform()))
    deviates[i] = radius * Math.cos(2 * Math.PI * uniform())
  }
  return deviates
}

/** Rounds weights to a dtype, adds updates to what that stores, and rounds again. */
export function makeDeltaModel(
  dtype: DeltaModel['dtype'],
  weights: Float32Array,
  updates: Float32Array,
  rate: number
): DeltaModel {
  const { decode, encode } = floatCodec(dtype)
  const base = encode(weights)
  const values = decode(base).slice()
  for (let i = 0; i < values.length; i++) values[i]! += rate * updates[i]!
  return { dtype, base, expert: encode(values) }
}

/** Bytes of an element. */
export function elementBytes({ dtype }: DeltaModel): 2 | 4 {
  return dtype === 'F32' ? 4 : 2
}
