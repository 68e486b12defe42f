import {
  type BuildAdapterSoupOptions,
  buildMergedSoup,
  isAdapterMethod,
  type TensorLambda
} from '@soup/soup'
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
  asExpert,
  type OpenedIngredient,
  type OpenedSoup,
  openAdapterSoup
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
 * @throws RangeError where a rank is given, and no spool: see `withTruncatedSoups`
 */
export async function openSoup(
  spec: SoupSpec,
  open: OpenSpec,
  openBase: OpenSpec,
  options?: BuildAdapterSoupOptions
): Promise<OpenedSoup> {
  const stored = await openBase(spec.base)
  const experts: OpenedIngredient[] = []
  for (const { name, lambda, model } of spec.ingredients) {
    const expert = await open(model)
    await requireSameForm(spec, stored, { ...expert, name })
    experts.push({ name, lambda, model: expert })
  }
  if (isAdapterMethod(spec.method)) return await openAdapterSoup(spec, stored, experts, options)
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
  const experts = []
  for (const ingredient of ingredients) {
    experts.push(await asExpert(ingredient, isAdapterOver(base, ingredient.model)))
  }
  const fisher = []
  for (const file of spec.fisher ?? []) {
    fisher.push({ name: file.name, checkpoint: await open(file) })
  }
  return buildMergedSoup({ ...spec, base, ingredients: experts, fisher })
}
