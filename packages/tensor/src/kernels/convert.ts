import { type Block, kernel } from './memory.ts'

/** Dtypes that soups compute with; all others pass through. F8_E8M0 is a scale: it has neither sign nor zero. */
export type FloatDtype =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'F8_E4M3'
  | 'F8_E5M2'
  | 'F8_E4M3FNUZ'
  | 'F8_E5M2FNUZ'

/** Bytes of an element. */
const WIDTHS: Record<FloatDtype, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1
}

/** Every float dtype that soups compute with, in words for a person. */
export const FLOAT_DTYPES: string = Object.keys(WIDTHS).join(', ')

/** Tells whether soups compute with `dtype`. */
export function isFloatDtype(dtype: string): dtype is FloatDtype {
  return Object.hasOwn(WIDTHS, dtype)
}

/** Bytes of one element of a float dtype. */
export function floatBytes(dtype: FloatDtype): number {
  return WIDTHS[dtype]
}

/**
 * Widens to f32; F64 is rounded to nearest even.
 *
 * NaN payloads of F16, BF16, F32 and F8_E5M2 are kept; any other NaN becomes the quiet one.
 *
 * @param from `length` elements of `dtype`, not mutated
 * @param to takes as many f32; another block, overwritten up to a multiple of 64 bytes
 */
export function decodeBlock(dtype: FloatDtype, from: Block, to: Block, length: number): void {
  if (dtype === 'F32') to.bytes.set(from.bytes.subarray(0, length * 4))
  else kernel(`decode${dtype}`)(from.address, to.address, length)
}

/**
 * Rounds f32 once, to nearest even: small values become subnormal; overflow becomes infinity, and NaN in the
 * dtypes without infinities (from 464 in F8_E4M3, 248 in F8_E4M3FNUZ, 61,440 in F8_E5M2FNUZ), as in PyTorch, whose newer
 * versions (2.15 does) take 448 for what overflows in F8_E4M3.
 *
 * @param from `length` f32, not mutated
 * @param to takes as many elements of `dtype`; another block, overwritten up to a multiple of 32 bytes
 */
export function encodeBlock(dtype: FloatDtype, from: Block, to: Block, length: number): void {
  if (dtype === 'F32') to.bytes.set(from.bytes.subarray(0, length * 4))
  else kernel(`encode${dtype}`)(from.address, to.address, length)
}
