import {
  checkAdapter,
  checkAdapterFits,
  isBaseLayerName,
  type LoraAdapter,
  type LoraModule,
  layeredTensors,
  peftBaseLayerName,
  peftBiasName,
  peftModule,
  peftSavedName
} from '@soup/delta'
import type { Checkpoint, FloatDtype } from '@soup/tensor'
import { checkLambda } from '../lambda.ts'
import { savedSoup } from './saved-soup.ts'
import { type AdapterIngredient, cannotMix, type ModuleTerm, moduleTerms } from './terms.ts'

/** What a soup of adapters that is an adapter again is made of. */
export interface AdapterSoupInit {
  /** The adapters, in the recipe's order. */
  adapters: readonly AdapterIngredient[]
  /** What factors are rounded to; F32 unless given, which alone keeps them exact. */
  dtype?: FloatDtype | undefined
  /** Whether λ may leave the simplex. */
  extrapolate?: boolean | undefined
  /** θ₀: needed where not all adapters save the same tensors whole, or Σλᵢ isn't 1; checked against if given. */
  base?: Checkpoint | undefined
}

/**
 * Checks adapters and λ by their headers, and gathers their modules.
 *
 * @returns terms by the name of the base's weight
 * @throws {SoupBuildError} `SOUP_LAMBDA`, `SOUP_ADAPTERS`
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`
 */
export function checkedTerms(init: AdapterSoupInit): Map<string, ModuleTerm[]> {
  const { base, adapters } = init
  checkLambda(
    adapters.map(({ lambda }) => lambda),
    init
  )
  for (const { adapter } of adapters) {
    if (base === undefined) checkAdapter(adapter)
    else checkAdapterFits(base, adapter)
  }
  const terms = moduleTerms(adapters)
  for (const ingredient of adapters) requireApart(ingredient, terms)
  return terms
}

/** In PEFT a module either has factors, which may come with the weight that they are added to, or is saved whole. */
function requireApart(
  { name, adapter, lambda }: AdapterIngredient,
  modules: ReadonlyMap<string, readonly ModuleTerm[]>
): void {
  if (lambda === 0) return
  const factorised = new Map([...modules.values()].map(([first]) => [first!.module.name, first!]))
  for (const [tensor, savedName] of adapter.saved) {
    if (isBaseLayerName(savedName)) continue
    const other = factorised.get(tensor.replace(/\.[^.]*$/, ''))
    if (other === undefined) continue
    throw cannotMix(
      `${tensor} is saved whole by ${name}, and has factors beside it in ${other.ingredient.name}: apply them to the base instead`,
      { tensor }
    )
  }
}

/**
 * The module of a soup that stands for terms: scaling 1, and a bias where a term has one. (In PEFT `lora_bias` counts
 * for all modules of an adapter; where the file has none, it is 0.)
 */
export function soupModule(terms: readonly ModuleTerm[], rank: number): LoraModule {
  const { name, isEmbedding, fanInFanOut } = terms[0]!.module
  const module = peftModule(name, { rank, scaling: 1, isEmbedding, fanInFanOut })
  const isBiased = terms.some(term => term.module.bias !== undefined)
  return isBiased ? { ...module, bias: peftBiasName(name) } : module
}

/**
 * Completes factors with the linear soup of what the adapters save whole.
 *
 * @throws {SoupBuildError} `SOUP_ADAPTERS` as {@link savedSoup}
 */
export function withSaved(
  init: AdapterSoupInit,
  factors: Checkpoint,
  modules: readonly LoraModule[]
): LoraAdapter {
  const { base, adapters } = init
  const soup = savedSoup({ base, adapters, dtype: () => undefined })
  const factorised = new Map(modules.map(({ weight, name }) => [weight, peftBaseLayerName(name)]))
  const saved = new Map(
    [...soup.tensors.keys()].map(name => [name, factorised.get(name) ?? peftSavedName(name)])
  )
  return { checkpoint: layeredTensors(factors, soup, saved), modules, saved }
}
