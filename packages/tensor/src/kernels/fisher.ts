import type { Precision } from './elect.ts'
import { type Block, kernel, writeTables } from './memory.ts'

const KERNELS = { F32: kernel('fisherMeanF32'), F64: kernel('fisherMeanF64') }
const meanSquaresKernel = kernel('meanSquares')

/**
 * The mean of terms, each element weighted by another tensor's:
 *
 *     wᵢ = λᵢ · max(Fᵢ, ε),   θ_r + Σ_{i≠r} (wᵢ / Σⱼ wⱼ)·(θᵢ − θ_r)
 *
 * (Fisher merging: Matena and Raffel 2022, arXiv 2111.09832, equation 7), around the first term. Each operation is
 * rounded once to `precision`, in the order of the terms. Where the terms agree, or their differences cancel out, the
 * result is the first term bit for bit; a result that leaves the finite numbers is computed again as Σwᵢθᵢ/Σwᵢ; a
 * computed NaN is the positive quiet one.
 *
 * @param terms parameters of `precision`, not mutated
 * @param fishers as many tensors of Fᵢ of `precision`, not mutated
 * @param lambda one coefficient a term
 * @param epsilon ε, above 0
 * @param out takes the result; may be one of the terms; written up to a multiple of 16 bytes
 * @param sizeBytes bytes of a term, at most a block's
 */
export function fisherMean(
  precision: Precision,
  terms: readonly Block[],
  fishers: readonly Block[],
  lambda: readonly number[],
  epsilon: number,
  out: Block,
  sizeBytes: number
): void {
  const factors = precision === 'F64' ? Float64Array.from(lambda) : Float32Array.from(lambda)
  const { addresses, numbers } = writeTables([...terms, ...fishers], factors)
  KERNELS[precision](addresses, numbers, terms.length, out.address, sizeBytes, epsilon)
}

/**
 * Σₖ gₖ² / n for each element, of n blocks of f32: summed in f64 in the order of the terms, rounded once to f32. A NaN
 * is the positive quiet one.
 *
 * @param out takes f32; may be one of the terms; written up to a multiple of 16 bytes
 */
export function meanSquares(terms: readonly Block[], out: Block, sizeBytes: number): void {
  const { addresses } = writeTables(terms, new Float32Array(0))
  meanSquaresKernel(addresses, terms.length, out.address, sizeBytes)
}
