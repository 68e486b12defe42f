import { type Block, kernel, roundUp, writeTables } from './memory.ts'

/** Dtypes that {@link affine} computes with. */
export type AffineDtype = 'BF16' | 'F16' | 'F32' | 'F64'

/** Bytes that the kernels take at a time. */
const STEP_BYTES = 32

const KERNELS = {
  BF16: kernel('affineBF16'),
  F16: kernel('affineF16'),
  F32: kernel('affineF32'),
  F64: kernel('affineF64')
}

/** Tells whether {@link affine} computes with `dtype`. */
export function isAffineDtype(dtype: string): dtype is AffineDtype {
  return Object.hasOwn(KERNELS, dtype)
}

/**
 * Combines one block of a float tensor in WebAssembly SIMD:
 *
 *     θ_r + Σ_{k≠r} λ_k · (θ_k − θ_r)
 *
 * The reference r is the first term. Everything is computed in f32 (in f64 for F64), each operation rounded
 * once, in the order of the terms; the result is rounded once to `dtype`, to nearest even. Where the sum is 0
 * the result is the reference, so that −0 stays.
 *
 * @param terms at least one block of whole elements, little endian; what lies behind `sizeBytes` is
 *   overwritten up to a multiple of 32
 * @param lambda one coefficient a term, rounded to f32 (for F64 it is taken as it is); that of the reference
 *   doesn't count
 * @param out takes the result; may be one of the terms
 * @param sizeBytes bytes of a term, at most a block's
 * @returns false when the result, or a term of F16, is not finite somewhere: for such elements the caller has
 *   rules of its own, and `out` holds nothing of use
 */
export function affine(
  dtype: AffineDtype,
  terms: readonly Block[],
  lambda: readonly number[],
  out: Block,
  sizeBytes: number
): boolean {
  const end = roundUp(sizeBytes, STEP_BYTES)
  for (const { bytes } of terms) bytes.fill(0, sizeBytes, end) // which is finite
  const factors = dtype === 'F64' ? Float64Array.from(lambda) : Float32Array.from(lambda)
  const tables = writeTables(terms, factors)
  const { addresses, numbers } = tables
  return KERNELS[dtype](addresses, numbers, terms.length, out.address, end) === 0
}
