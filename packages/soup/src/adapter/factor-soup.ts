import type { LoraAdapter, LoraModule } from '@soup/delta'
import { readFloats } from '@soup/tensor'
import { type AdapterSoupInit, checkedTerms, soupModule, withSaved } from './adapter-soup.ts'
import { type ComputedTensor, computedTensors } from './computed-tensors.ts'
import { cannotMix, type ModuleTerm, quiet, sizesOf } from './terms.ts'

/**
 * The soup of the factors themselves, for parity with the code of rewarded soups (arXiv 2306.04488), which averages an
 * adapter's tensors as any others:
 *
 *     A = Σᵢ λᵢ·Aᵢ,  B = Σᵢ λᵢ·Bᵢ
 *
 * so that ΔW = s·B·A = s·Σᵢⱼ λᵢλⱼ·Bᵢ·Aⱼ: this is *not* the soup of the weights, {@link productSoup} is. All adapters
 * with λ ≠ 0 must have the same modules, with equal ranks, scalings and biases. Summed in f32 in the order of the
 * adapters, each product and each sum rounded once; a computed NaN is the positive quiet one. One adapter with λ = 1
 * comes back number for number, −0 too; bit for bit where its factors have the soup's dtype and hold no NaN.
 *
 * @returns an adapter of the same ranks and scalings, computed as it is read
 * @throws {SoupBuildError} `SOUP_LAMBDA`, `SOUP_ADAPTERS`, before any data is read
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`, before any data is read
 */
export function factorSoup(init: AdapterSoupInit): LoraAdapter {
  const terms = [...checkedTerms(init).values()]
  const count = init.adapters.filter(({ lambda }) => lambda !== 0).length
  for (const list of terms) requireEqualTerms(list, count)
  const modules = terms.map(([first]) => ({
    ...soupModule([first!], first!.module.rank),
    scaling: first!.module.scaling
  }))
  const tensors = modules.flatMap((module, i) => factorsOf(module, terms[i]!))
  return withSaved(init, computedTensors('adapter soup', init.dtype ?? 'F32', tensors), modules)
}

function requireEqualTerms(terms: readonly ModuleTerm[], count: number): void {
  const { module } = terms[0]!
  const refuse = (problem: string) => {
    return cannotMix(`${problem} of module ${JSON.stringify(module.name)}: mix their product`, {
      module: module.name
    })
  }
  if (terms.length !== count) throw refuse('not every adapter has factors')
  for (const { module: other } of terms) {
    if (other.rank !== module.rank) throw refuse(`ranks ${module.rank} and ${other.rank} differ`)
    if (other.scaling !== module.scaling) {
      throw refuse(`scalings ${module.scaling} and ${other.scaling} differ`)
    }
    if ((other.bias === undefined) !== (module.bias === undefined)) {
      throw refuse('not every adapter has a bias')
    }
  }
}

function factorsOf(
  { a, b, bias, rank }: LoraModule,
  terms: readonly ModuleTerm[]
): ComputedTensor[] {
  const { inner, outer } = sizesOf(terms[0]!)
  const sum = (nameOf: (module: LoraModule) => string) => () => sumTensors(terms, nameOf)
  const factors = [
    { name: a, shape: [rank, inner], compute: sum(module => module.a) },
    { name: b, shape: [outer, rank], compute: sum(module => module.b) }
  ]
  if (bias === undefined) return factors
  return [...factors, { name: bias, shape: [outer], compute: sum(module => module.bias!) }]
}

async function sumTensors(
  terms: readonly ModuleTerm[],
  nameOf: (module: LoraModule) => string
): Promise<Float32Array> {
  let sum: Float32Array | undefined
  for (const { ingredient, module } of terms) {
    const values = await readFloats(ingredient.adapter.checkpoint, nameOf(module))
    for (let i = 0; i < values.length; i++) {
      const product = Math.fround(ingredient.lambda * values[i]!)
      // 0 + −0 would be 0.
      values[i] = quiet(sum === undefined ? product : sum[i]! + product)
    }
    sum = values
  }
  return sum!
}
