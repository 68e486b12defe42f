import {
  type AdapterIngredient,
  checkLambda,
  factorSoup,
  productSoup,
  truncatedSoup
} from '@soup/soup'
import { type Model, memorySpool, readAdapter } from '@soup/tensor'
import { NodeError } from '../errors.ts'
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

/** Operators whose ingredients and result are adapters. */
export type AdapterMethod = 'product' | 'factors'

/** Tells whether an operator mixes adapters into one. */
export function isAdapterMethod(method: string): method is AdapterMethod {
  return method === 'product' || method === 'factors'
}

/**
 * Opens the mixture of adapters as an adapter.
 *
 * @param base whose weights the adapters are for, or an adapter like them
 * @throws NodeError SOUP_ADAPTERS, SOUP_LAMBDA, SOUP_FISHER; SoupBuildError as the operators
 */
export async function openAdapterSoup(
  spec: SoupSpec,
  base: Model,
  ingredients: readonly OpenedIngredient[]
): Promise<OpenedSoup> {
  const { method, parameters, dtype, extrapolate } = spec
  requireAdapters(method, ingredients)
  requireLambda(method, ingredients)
  refuseUnused(spec)
  checkLambda(
    ingredients.map(({ lambda = 0 }) => lambda),
    { extrapolate }
  )
  const weights = base.layout.kind === 'adapter' ? undefined : base
  const init = { adapters: await adaptersOf(ingredients), dtype, extrapolate, base: weights }
  const rank = parameters?.rank ?? 0
  const truncated =
    method === 'product' && rank > 0
      ? await truncatedSoup({ ...init, rank }, memorySpool())
      : undefined
  const adapter =
    truncated?.adapter ?? (method === 'product' ? productSoup(init) : factorSoup(init))
  const files = await adapterFiles(adapter, ingredients[0]!.model)
  const { checkpoint } = adapter
  return {
    ...checkpoint,
    layout: { kind: 'adapter' },
    files,
    relativeError: truncated?.relativeError
  }
}

/** @throws NodeError SOUP_ADAPTERS naming an expert that is none */
function requireAdapters(method: string, ingredients: readonly OpenedIngredient[]): void {
  const odd = ingredients.find(({ model }) => model.layout.kind !== 'adapter')
  if (odd === undefined) return
  const message = `${method} mixes adapters, and ${odd.name} is a whole model: linear mixes both`
  throw new NodeError('SOUP_ADAPTERS', message, { details: { method, expert: odd.name } })
}

/** @throws NodeError SOUP_LAMBDA where λ is missing, in the words that the operators have for it */
export function requireLambda(method: string, ingredients: readonly OpenedIngredient[]): void {
  const odd = ingredients.find(({ lambda }) => lambda === undefined)
  if (odd === undefined) return
  const message = `${method} takes a λ of each expert, got none of ${odd.name}`
  throw new NodeError('SOUP_LAMBDA', message, { details: { method, expert: odd.name } })
}

/** @throws NodeError SOUP_LAMBDA, SOUP_FISHER for what no operator of adapters looks at */
function refuseUnused({ method, tensorLambda, fisher }: SoupSpec): void {
  if (tensorLambda !== undefined) {
    const message = `${method} takes no λ for single tensors: linear does`
    throw new NodeError('SOUP_LAMBDA', message, { details: { method } })
  }
  if (fisher !== undefined) {
    const message = `${method} takes no Fisher information: fisher does`
    throw new NodeError('SOUP_FISHER', message, { details: { method } })
  }
}

/** The adapters of ingredients; what has no λ has 0. */
export async function adaptersOf(
  ingredients: readonly OpenedIngredient[]
): Promise<AdapterIngredient[]> {
  const adapters = []
  for (const { name, lambda = 0, model } of ingredients) {
    adapters.push({ name, lambda, adapter: await readAdapter(model) })
  }
  return adapters
}
