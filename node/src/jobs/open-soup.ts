import {
  applyAdapters,
  buildSoup,
  checkLambda,
  factorSoup,
  productSoup,
  type TensorLambda,
  truncatedSoup
} from '@soup/soup'
import {
  type FloatDtype,
  type Model,
  memorySpool,
  readAdapter,
  requireSameGraph,
  requireSameTokenizer,
  withTiedWeights
} from '@soup/tensor'
import { NodeError } from '../errors.ts'
import { adapterFiles, isAdapterOver } from './adapters.ts'
import type { ModelSpec, NamedSpec, OpenSpec } from './model.ts'

/** A soup to be computed. */
export interface SoupSpec {
  kind: 'soup'
  base: ModelSpec
  /** Name of a merging operator. */
  method: string
  /** Experts in the order of accumulation, with λ where the operator takes it. */
  ingredients: readonly IngredientSpec[]
  parameters?: Readonly<Record<string, number>> | undefined
  tensorLambda?: readonly TensorLambda[] | undefined
  /** Fisher files in the order of the experts. */
  fisher?: readonly NamedSpec[] | undefined
  /** Output dtype where it is not that of the base's tensors. */
  dtype?: FloatDtype | undefined
  extrapolate?: boolean | undefined
  /** Whether experts may have another tokenizer than the base. */
  anyTokenizer?: boolean | undefined
}

/** An expert, or the soup of another recipe. */
export interface IngredientSpec {
  name: string
  lambda?: number | undefined
  model: ModelSpec
}

/** A soup, with what was lost where its rank was cut. */
export interface OpenedSoup extends Model {
  /** ‖ΔW − ΔW_r‖_F / ‖ΔW‖_F. */
  readonly relativeError?: number | undefined
}

/** An ingredient that is open. */
interface Ingredient {
  name: string
  lambda?: number | undefined
  model: Model
}

/**
 * Opens a soup in the form of its base, or, where the operator is one of adapters, as an adapter.
 *
 * @throws TensorError TOKENIZER_DIFFERS, GRAPH_DIFFERS; SoupBuildError, DeltaError as the operators
 */
export async function openSoup(
  spec: SoupSpec,
  open: OpenSpec,
  openBase: OpenSpec
): Promise<OpenedSoup> {
  const stored = await openBase(spec.base)
  const experts: Ingredient[] = []
  for (const { name, lambda, model } of spec.ingredients) {
    const expert = await open(model)
    await requireSameForm(spec, stored, expert)
    experts.push({ name, lambda, model: expert })
  }
  if (isAdapterMethod(spec.method)) return await openAdapterSoup(spec, stored, experts)
  const { base, ingredients } = await untied(stored, experts)
  const { layout, files } = base
  return { ...(await openWeightSoup(spec, base, ingredients, open)), layout, files }
}

/** Operators whose ingredients and result are adapters. */
export type AdapterMethod = 'product' | 'factors'

/** Tells whether an operator mixes adapters into one. */
export function isAdapterMethod(method: string): method is AdapterMethod {
  return method === 'product' || method === 'factors'
}

async function requireSameForm(spec: SoupSpec, base: Model, expert: Model): Promise<void> {
  if (spec.anyTokenizer !== true) requireSameTokenizer(base, expert)
  if (base.layout.kind === 'onnx' && expert.layout.kind === 'onnx') {
    await requireSameGraph(base, expert)
  }
}

/** Gives all models the same tensors where only some of them store a tied weight under both of its names. */
async function untied(
  base: Model,
  ingredients: readonly Ingredient[]
): Promise<{ base: Model; ingredients: Ingredient[] }> {
  const models = [base, ...ingredients.map(({ model }) => model)]
  const names = new Set(
    models.filter(model => !isAdapterOver(base, model)).flatMap(model => [...model.tensors.keys()])
  )
  const shown = []
  for (const ingredient of ingredients) {
    const model = isAdapterOver(base, ingredient.model)
      ? ingredient.model
      : await withTiedWeights(ingredient.model, names)
    shown.push({ ...ingredient, model })
  }
  return { base: await withTiedWeights(base, names), ingredients: shown }
}

async function openWeightSoup(
  spec: SoupSpec,
  base: Model,
  ingredients: readonly Ingredient[],
  open: OpenSpec
) {
  const { dtype, extrapolate, tensorLambda } = spec
  if (
    spec.method === 'linear' &&
    tensorLambda === undefined &&
    spec.fisher === undefined &&
    ingredients.every(({ model }) => isAdapterOver(base, model))
  ) {
    // Rounded once, where merging each adapter by itself would round each.
    requireLambda(spec.method, ingredients)
    return applyAdapters({ base, adapters: await adaptersOf(ingredients), dtype, extrapolate })
  }
  const experts = []
  for (const { name, lambda, model } of ingredients) {
    const checkpoint = await asWeights(base, { name, lambda, model })
    experts.push({ name, lambda, checkpoint })
  }
  const fisher = []
  for (const file of spec.fisher ?? []) {
    fisher.push({ name: file.name, checkpoint: await open(file) })
  }
  return buildSoup({ ...spec, base, ingredients: experts, fisher })
}

/** The whole model that an ingredient is: an adapter is merged into its base, rounded to the base's dtypes. */
async function asWeights(base: Model, ingredient: Ingredient) {
  const { model } = ingredient
  if (!isAdapterOver(base, model)) return model
  return applyAdapters({ base, adapters: await adaptersOf([{ ...ingredient, lambda: 1 }]) })
}

async function adaptersOf(ingredients: readonly Ingredient[]) {
  const adapters = []
  for (const { name, lambda = 0, model } of ingredients) {
    adapters.push({ name, lambda, adapter: await readAdapter(model) })
  }
  return adapters
}

/** @throws NodeError SOUP_ADAPTERS naming an expert that is none */
function requireAdapters(method: string, ingredients: readonly Ingredient[]): void {
  const odd = ingredients.find(({ model }) => model.layout.kind !== 'adapter')
  if (odd === undefined) return
  const message = `${method} mixes adapters, and ${odd.name} is a whole model: linear mixes both`
  throw new NodeError('SOUP_ADAPTERS', message, { details: { method, expert: odd.name } })
}

/** @throws NodeError SOUP_LAMBDA where λ is missing, in the words that the operators have for it */
function requireLambda(method: string, ingredients: readonly Ingredient[]): void {
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

async function openAdapterSoup(
  spec: SoupSpec,
  base: Model,
  ingredients: readonly Ingredient[]
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
