import { elementBits, isDtype } from '@soup/tensor'
import { BASE, BYTES, EXPERT, kernel, UPPER_Z, Z } from './kernels.ts'

const SUBTRACT = {
  1: kernel('subtract8'),
  2: kernel('subtract16'),
  4: kernel('subtract32'),
  8: kernel('subtract64')
}
const ADD = { 1: kernel('add8'), 2: kernel('add16'), 4: kernel('add32'), 8: kernel('add64') }

/** How the bytes of a dtype are taken apart. */
export interface ElementLayout {
  /** Bytes that are subtracted as one number. */
  width: 1 | 2 | 4 | 8
  /** Whether the numbers are floats: a sign and a magnitude. */
  isFloat: boolean
}

/** Dtypes that hold a sign and a magnitude; C64 is a pair of F32. F8_E8M0 has no sign. */
const FLOATS = /^(?:F16|BF16|F32|F64|C64|F8_E(?:4M3|5M2)(?:FNUZ)?)$/

/** The layout of `dtype`; packed and unknown dtypes are taken byte by byte. */
export function elementLayout(dtype: string): ElementLayout {
  const bytes = dtype === 'C64' ? 4 : isDtype(dtype) ? elementBits(dtype) / 8 : 1
  return {
    width: ([2, 4, 8] as const).find(size => size === bytes) ?? 1,
    isFloat: FLOATS.test(dtype)
  }
}

/**
 * Writes what turns a piece of the base into a piece of the expert into the kernels' memory at {@link Z}, as
 * numbers near zero:
 *
 *     z = zigzag(κ(θᵢ) − κ(θ₀) mod 2ⁿ)
 *
 * κ maps floats to integers of the same order (negative ones are inverted, of the others the sign bit),
 * so that neighbouring floats differ by one; integers stay as they are. zigzag writes 0, −1, 1, −2, ...
 * as 0, 1, 2, 3, ... Every step is a bijection on bit patterns, so nothing is lost of NaN payloads, −0 or
 * subnormals. Of elements of 64 bits only the lower halves lie at {@link Z}, the upper ones at {@link UPPER_Z}.
 *
 * @param expert whole elements, at most an exact piece, not mutated
 * @param base as many bytes, not mutated
 */
export function subtract(
  expert: Uint8Array,
  base: Uint8Array,
  { width, isFloat }: ElementLayout
): void {
  BYTES.set(expert, EXPERT)
  BYTES.set(base, BASE)
  SUBTRACT[width](EXPERT, BASE, Z, expert.length, isFloat ? -1 : 0, UPPER_Z)
}

/**
 * Undoes {@link subtract}.
 *
 * @param piece the base's piece, which becomes the expert's
 */
export function add(piece: Uint8Array, { width, isFloat }: ElementLayout): void {
  BYTES.set(piece, BASE)
  ADD[width](Z, BASE, piece.length, isFloat ? -1 : 0, UPPER_Z)
  piece.set(BYTES.subarray(BASE, BASE + piece.length))
}
