import { applyAdapters, buildSoup, type TensorLambda } from '@soup/soup'
import {
  type FloatDtype,
  type Model,
  requireSameGraph,
  requireSameTokenizer,
  withTiedWeights
} from '@soup/tensor'
import { isAdapterOver } from './adapters.ts'
import type { ModelSpec, NamedSpec, OpenSpec } from './model.ts'
import {
  adaptersOf,
  isAdapterMethod,
  type OpenedIngredient,
  type OpenedSoup,
  openAdapterSoup,
  requireLambda
} from './open-adapter-soup.ts'

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
  const experts: OpenedIngredient[] = []
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

async function requireSameForm(spec: SoupSpec, base: Model, expert: Model): Promise<void> {
  if (spec.anyTokenizer !== true) requireSameTokenizer(base, expert)
  if (base.layout.kind === 'onnx' && expert.layout.kind === 'onnx') {
    await requireSameGraph(base, expert)
  }
}

/** Gives all models the same tensors where only some of them store a tied weight under both of its names. */
async function untied(
  base: Model,
  ingredients: readonly OpenedIngredient[]
): Promise<{ base: Model; ingredients: OpenedIngredient[] }> {
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
  ingredients: readonly OpenedIngredient[],
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
async function asWeights(base: Model, ingredient: OpenedIngredient) {
  const { model } = ingredient
  if (!isAdapterOver(base, model)) return model
  return applyAdapters({ base, adapters: await adaptersOf([{ ...ingredient, lambda: 1 }]) })
}
