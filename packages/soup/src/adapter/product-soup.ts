import type { LoraAdapter } from '@soup/delta'
import { type AdapterSoupInit, checkedTerms, soupModule, withSaved } from './adapter-soup.ts'
import { type ComputedTensor, computedTensors } from './computed-tensors.ts'
import { type ModuleTerm, sizesOf, stackA, stackB, sumBiases, totalRank } from './terms.ts'

/**
 * The exact soup of low-rank adapters, as one adapter of rank Σr:
 *
 *     Σᵢ λᵢ·sᵢ·Bᵢ·Aᵢ = [λ₁s₁B₁, λ₂s₂B₂, …] · [A₁; A₂; …]
 *
 * (PEFT's `cat`). Scaling is 1, so α = r. What an adapter doesn't change it adds nothing to. In F32 only λᵢ·sᵢ·Bᵢ is
 * rounded. What adapters save whole is mixed linearly.
 *
 * @returns computed as it is read; memory is that of one factor
 * @throws {SoupBuildError} `SOUP_LAMBDA`, `SOUP_ADAPTERS`, before any data is read
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`, before any data is read
 */
export function productSoup(init: AdapterSoupInit): LoraAdapter {
  const terms = [...checkedTerms(init).values()]
  const modules = terms.map(list => soupModule(list, totalRank(list)))
  const tensors = modules.flatMap((module, i) => factorsOf(module, terms[i]!))
  return withSaved(init, computedTensors('adapter soup', init.dtype ?? 'F32', tensors), modules)
}

function factorsOf(
  { a, b, bias, rank }: LoraAdapter['modules'][number],
  terms: readonly ModuleTerm[]
): ComputedTensor[] {
  const { inner, outer } = sizesOf(terms[0]!)
  const factors = [
    { name: a, shape: [rank, inner], compute: async () => (await stackA(terms)).values },
    { name: b, shape: [outer, rank], compute: async () => (await stackB(terms)).values }
  ]
  if (bias === undefined) return factors
  return [...factors, { name: bias, shape: [outer], compute: () => sumBiases(terms) }]
}
