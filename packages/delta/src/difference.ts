import { elementBits, isDtype } from '@soup/tensor'
import { add8, add16, add32, subtract8, subtract16, subtract32 } from './kernels.ts'
import { add64, subtract64 } from './kernels64.ts'

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
 * What turns a piece of the base into a piece of the expert, as numbers near zero, sorted by
 * significance:
 *
 *     z = zigzag(κ(θᵢ) − κ(θ₀) mod 2ⁿ)
 *
 * κ maps floats to integers of the same order (negative ones are inverted, of the others the sign bit),
 * so that neighbouring floats differ by one; integers stay as they are. zigzag writes 0, −1, 1, −2, ...
 * as 0, 1, 2, 3, ... All lowest bytes come first, then all second ones and so on: byte planes. Every
 * step is a bijection on bit patterns, so nothing is lost of NaN payloads, −0 or subnormals.
 *
 * @param expert whole elements, not mutated
 * @param base as many bytes, not mutated
 * @returns fresh byte planes, as many bytes
 */
export function subtract(
  expert: Uint8Array,
  base: Uint8Array,
  { width, isFloat }: ElementLayout
): Uint8Array<ArrayBuffer> {
  const planes = new Uint8Array(expert.length)
  const floats = isFloat ? -1 : 0
  if (width === 8) subtract64(words(expert), words(base), planes, floats)
  else if (width === 4) subtract32(words(expert), words(base), planes, floats)
  else if (width === 2) subtract16(halves(expert), halves(base), planes, floats)
  else subtract8(expert, base, planes, floats)
  return planes
}

/**
 * Undoes {@link subtract}.
 *
 * @param planes byte planes, not mutated
 * @param base as many bytes, not mutated
 * @returns fresh bytes of the expert
 */
export function add(
  planes: Uint8Array,
  base: Uint8Array,
  { width, isFloat }: ElementLayout
): Uint8Array<ArrayBuffer> {
  const expert = new Uint8Array(base.length)
  const floats = isFloat ? -1 : 0
  if (width === 8) add64(planes, words(base), words(expert), floats)
  else if (width === 4) add32(planes, words(base), words(expert), floats)
  else if (width === 2) add16(planes, halves(base), halves(expert), floats)
  else add8(planes, base, expert, floats)
  return expert
}

/** Views the bytes as numbers of 16 bits. */
function halves(bytes: Uint8Array): Uint16Array {
  const { buffer, byteOffset } = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes)
  return new Uint16Array(buffer, byteOffset, bytes.length / 2)
}

/** Views the bytes as numbers of 32 bits; pieces may start anywhere, views need an aligned start. */
function words(bytes: Uint8Array): Uint32Array {
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Uint32Array(buffer, byteOffset, bytes.length / 4)
}
