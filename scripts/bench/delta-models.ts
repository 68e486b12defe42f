import { floatCodec } from '@soup/tensor'

/** A base and an expert, stored in a dtype. */
export interface DeltaModel {
  dtype: 'BF16' | 'F16' | 'F32'
  base: Uint8Array
  expert: Uint8Array
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
