import { type FloatDtype, floatCodec } from '@soup/tensor'

/** Elements as numbers that hold them exactly: f64 for F64, f32 for every other float dtype. */
export type Values = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/** The largest finite number of each dtype. */
const MAX_FINITE: Record<FloatDtype, number> = {
  F64: Number.MAX_VALUE,
  F32: (2 - 2 ** -23) * 2 ** 127,
  F16: 65_504,
  BF16: (2 - 2 ** -7) * 2 ** 127,
  F8_E4M3: 448,
  F8_E5M2: 57_344,
  F8_E4M3FNUZ: 240,
  F8_E5M2FNUZ: 57_344
}

/**
 * Widens without loss.
 *
 * @param bytes whole elements, not kept
 * @returns fresh values
 */
export function decodeValues(bytes: Uint8Array, dtype: FloatDtype): Values {
  return dtype === 'F64'
    ? new Float64Array(new Uint8Array(bytes).buffer)
    : floatCodec(dtype).decode(bytes)
}

/**
 * Rounds once, to nearest even; what lies beyond the dtype's finite numbers becomes the largest of them, so that a
 * sum that overflows can't bring infinities into a model.
 *
 * @param values may be overwritten
 * @returns bytes of the values; may share their memory
 */
export function encodeValues(values: Values, dtype: FloatDtype): Uint8Array {
  const max = MAX_FINITE[dtype]
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > max) values[i] = max
    else if (values[i]! < -max) values[i] = -max
  }
  return values instanceof Float64Array
    ? new Uint8Array(values.buffer)
    : floatCodec(dtype).encode(values)
}

/** Δ = θᵢ − θ₀, rounded once to f32, whatever the dtype. */
export function subtractValues(expert: Values, base: Values): Float32Array<ArrayBuffer> {
  const delta = new Float32Array(base.length)
  for (let i = 0; i < delta.length; i++) delta[i] = expert[i]! - base[i]!
  return delta
}

/**
 * θ₀ + Δ̂ as every decoder must compute it: the sum in f32 (f64 for F64), rounded as {@link encodeValues} does.
 * Where Δ̂ is 0 the element stays as it is, so that −0 does.
 *
 * @param base whole elements, not mutated
 * @param delta one f32 an element, not mutated
 * @returns fresh bytes
 */
export function addDelta(base: Uint8Array, delta: Float32Array, dtype: FloatDtype): Uint8Array {
  const values = decodeValues(base, dtype)
  for (let i = 0; i < values.length; i++) {
    const step = delta[i]!
    if (step !== 0) values[i] = values[i]! + step
  }
  return encodeValues(values, dtype)
}
