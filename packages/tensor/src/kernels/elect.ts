import { type Block, kernel, writeTables } from './memory.ts'

/** What operators compute in: f32, and f64 for F64 tensors that stay F64. */
export type Precision = 'F32' | 'F64'

const KERNELS = { F32: kernel('electF32'), F64: kernel('electF64') }

/** How {@link electSigns} mixes. */
export interface ElectOptions {
  /** What the mixed change is multiplied by, rounded to the precision. */
  scale: number
  /** Whether the change is the mean of those that agree, or their sum. */
  isMean: boolean
}

/**
 * Elects a sign for each element and mixes the changes that have it:
 *
 *     cᵢ = λᵢ·(θᵢ − θ₀),  γ = sign(Σᵢ cᵢ),  A = {i : sign(cᵢ) = γ},  θ₀ + s · Σ_{i∈A} cᵢ / Σ_{i∈A} λᵢ
 *
 * (TIES-Merging, arXiv 2306.01708, algorithm 1). A sum of 0 elects +. Where nothing is added the result is θ₀ bit for
 * bit; a difference of equal bits is 0, also of NaN and infinities. Any other NaN, of a term or computed, gives the
 * positive quiet one. Each operation is rounded once to `precision`, in the order of the terms.
 *
 * @param terms the base, then at least one expert, of `precision`; not mutated
 * @param lambda one coefficient a term, that of the base doesn't count
 * @param out takes the result; may be one of the terms; written up to a multiple of 16 bytes
 * @param sizeBytes bytes of a term, at most a block's
 */
export function electSigns(
  precision: Precision,
  terms: readonly Block[],
  lambda: readonly number[],
  out: Block,
  sizeBytes: number,
  { scale, isMean }: ElectOptions
): void {
  const factors = precision === 'F64' ? Float64Array.from(lambda) : Float32Array.from(lambda)
  const { addresses, numbers } = writeTables(terms, factors)
  KERNELS[precision](
    addresses,
    numbers,
    terms.length,
    out.address,
    sizeBytes,
    scale,
    isMean ? 1 : 0
  )
}
