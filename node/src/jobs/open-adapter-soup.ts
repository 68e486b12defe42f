import {
  type AdapterExpert,
  type BuildAdapterSoupOptions,
  buildAdapterSoup,
  type WholeExpert
} from '@soup/soup'
import { type Model, readAdapter } from '@soup/tensor'
import { adapterFiles } from './adapters.ts'
import type { SoupSpec } from './open-soup.ts'

/** An ingredient that is open. */
export interface OpenedIngredient {
  name: string
  lambda?: number | undefined
  model: Model
}

/** A soup, with what was lost where its rank was cut. */
export interface OpenedSoup extends Model {
  /** ‖ΔW − ΔW_r‖_F / ‖ΔW‖_F. */
  readonly relativeError?: number | undefined
}

/**
 * Opens the mixture of adapters as an adapter.
 *
 * @param base whose weights the adapters are for, or an adapter like them
 * @throws SoupBuildError, DeltaError as `buildAdapterSoup`
 * @throws RangeError where a rank is given, and no spool: see `withTruncatedSoups`
 */
export async function openAdapterSoup(
  spec: SoupSpec,
  base: Model,
  ingredients: readonly OpenedIngredient[],
  options?: BuildAdapterSoupOptions
): Promise<OpenedSoup> {
  const experts = []
  for (const ingredient of ingredients) {
    experts.push(await asExpert(ingredient, ingredient.model.layout.kind === 'adapter'))
  }
  const weights = base.layout.kind === 'adapter' ? undefined : base
  const init = { ...spec, base: weights, ingredients: experts }
  const { adapter, relativeError } = await buildAdapterSoup(init, options)
  const files = await adapterFiles(adapter, ingredients[0]!.model)
  return { ...adapter.checkpoint, layout: { kind: 'adapter' }, files, relativeError }
}

/** An ingredient as operators take it. @param isAdapter whether it counts as one, rather than as what it stores */
export async function asExpert(
  { name, lambda, model }: OpenedIngredient,
  isAdapter: boolean
): Promise<AdapterExpert | WholeExpert> {
  if (isAdapter) return { name, lambda, adapter: await readAdapter(model) }
  return { name, lambda, checkpoint: model }
}
