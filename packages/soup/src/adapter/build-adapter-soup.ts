import type { LoraAdapter } from '@soup/delta'
import type { ProgressOptions } from '@soup/interface'
import type { Checkpoint, FloatDtype, Spool } from '@soup/tensor'
import { checkedSettings, type SoupSettings, wholeModel } from '../build-soup.ts'
import { isAdapterMethod } from '../methods.ts'
import type { NamedCheckpoint } from '../tensors.ts'
import type { AdapterSoupInit } from './adapter-soup.ts'
import { factorSoup } from './factor-soup.ts'
import { productSoup } from './product-soup.ts'
import type { AdapterIngredient } from './terms.ts'
import { truncatedSoup } from './truncated-soup.ts'

/** An adapter and, where the method takes it, its coefficient. */
export interface AdapterExpert extends Pick<AdapterIngredient, 'name' | 'adapter'> {
  /** λᵢ. */
  lambda?: number | undefined
}

/** A whole model and, where the method takes it, its coefficient. */
export interface WholeExpert extends NamedCheckpoint {
  adapter?: undefined
  /** λᵢ. */
  lambda?: number | undefined
}

/** What {@link buildAdapterSoup} is made of. */
export interface BuildAdapterSoupInit extends SoupSettings<AdapterExpert | WholeExpert> {
  /** θ₀: needed where not all adapters save the same tensors whole, or Σλᵢ isn't 1; checked against if given. */
  base?: Checkpoint | undefined
  /** What factors are rounded to; F32 unless given, which alone keeps them exact. */
  dtype?: FloatDtype | undefined
}

/** Options of {@link buildAdapterSoup}. */
export interface BuildAdapterSoupOptions extends ProgressOptions {
  /** Takes the factors where a rank is given; stays the caller's, to be closed after the adapter was read. */
  spool?: Spool | undefined
}

/** A soup of adapters that is an adapter. */
export interface AdapterSoup {
  readonly adapter: LoraAdapter
  /** What was lost where the rank was cut, as of `TruncatedSoup`. */
  readonly relativeError?: number | undefined
}

/**
 * Builds a soup of adapters that is an adapter, by the name of its method. What is wrong with it is told from headers and
 * numbers alone.
 *
 * @returns computed as it is read; with a `rank`, computed now, module by module, into the spool
 * @throws {SoupBuildError} as `checkedSettings`; `SOUP_LAMBDA`; `SOUP_ADAPTERS` for a whole model among the
 *   experts, and as the operators; `ADAPTER_NOT_FINITE` as `truncatedSoup`
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`
 * @throws {RangeError} for a method that mixes weights; for a rank without a spool
 */
export async function buildAdapterSoup(
  init: BuildAdapterSoupInit,
  { spool, ...options }: BuildAdapterSoupOptions = {}
): Promise<AdapterSoup> {
  const { method, ingredients, parameters, extrapolate } = checkedSettings(init)
  if (!isAdapterMethod(method)) throw new RangeError(`${method} makes no adapter`)
  const adapters = ingredients.map(({ name, lambda, adapter }): AdapterIngredient => {
    if (adapter === undefined) throw wholeModel(method, name)
    return { name, lambda, adapter }
  })
  const { base, dtype } = init
  const soup: AdapterSoupInit = { base, adapters, dtype, extrapolate }
  if (method === 'factors') return { adapter: factorSoup(soup) }
  const { rank } = parameters
  if (rank === undefined) return { adapter: productSoup(soup) }
  if (spool === undefined) throw new RangeError('a soup of a lower rank needs a spool')
  return await truncatedSoup({ ...soup, rank }, spool, options)
}
