import type { AbortOptions } from '@soup/interface'
import {
  type ExpertRecord,
  type Ingredient,
  type Loss,
  parseRecipe,
  type RecipeRecord,
  recipeId,
  type SignedRecord,
  serializeRecipe,
  type TensorLambda
} from '@soup/manifest'
import { FLOAT_DTYPES, type FloatDtype, isFloatDtype } from '@soup/tensor'
import { NodeError, UsageError } from '../errors.ts'
import type { NamedSpec } from '../jobs/model.ts'
import type { IngredientSpec, SoupSpec } from '../jobs/open-soup.ts'
import type { SoupNode } from '../node.ts'
import { findExpert } from './lookup.ts'
import { methodSettings } from './methods.ts'
import { baseModel, expertModel } from './models.ts'

/** A recipe before its soup was built: everything but the result's hash. */
export type RecipeDraft = Omit<RecipeRecord, 'sha256'>

/** What is mixed: an expert or the soup of a recipe, with its coefficient where the method takes one. */
export interface DraftIngredient {
  source: SignedRecord<ExpertRecord> | RecipeRecord
  lambda?: number | undefined
}

/** How it is mixed. */
export interface SoupSettings {
  /** Name of a merging operator; {@link DEFAULT_METHOD} unless given. */
  method?: string | undefined
  parameters?: Readonly<Record<string, number>> | undefined
  tensorLambda?: readonly TensorLambda[] | undefined
  /** SHA-256 of Fisher files, in the order of the ingredients. */
  fisher?: readonly string[] | undefined
  dtype?: string | undefined
  extrapolate?: boolean | undefined
}

/** The operator of rewarded soups. */
const DEFAULT_METHOD = 'linear'

/** Stands for the hash of a soup that isn't built yet. */
const NO_SHA256 = '0'.repeat(64)

/**
 * Writes a recipe down.
 *
 * @param ingredients in the order of accumulation, all over one base
 * @throws NodeError BASES_DIFFER when the ingredients have different bases; SOUP_METHOD; UsageError when one comes
 *   twice; SoupBuildError SOUP_PARAMETER; ManifestError RECIPE_INVALID for what no recipe file can hold
 */
export function draftRecipe(
  ingredients: readonly DraftIngredient[],
  settings: SoupSettings = {}
): RecipeDraft {
  const [first, ...others] = ingredients
  if (first === undefined) throw new RangeError('a recipe needs an expert')
  const base = baseOf(first)
  for (const other of others) if (baseOf(other) !== base) throw baseMismatch(first, other)
  const ids = ingredients.map(idOf)
  const twice = ids.find((id, i) => ids.indexOf(id) < i)
  if (twice) throw new UsageError(`${twice} is given twice: give it once, with one λ`)
  const { method = DEFAULT_METHOD, tensorLambda, fisher, dtype, extrapolate } = settings
  const draft: RecipeDraft = {
    kind: 'recipe',
    v: 1,
    base,
    method,
    parameters: methodSettings(method, settings.parameters),
    tensorLambda,
    fisher,
    ingredients: ingredients.map(ingredientOf),
    dtype: outputDtype(dtype),
    extrapolate: extrapolate === true ? true : undefined
  }
  // Told now: a soup whose recipe nobody can read is built for nothing.
  parseRecipe(serializeRecipe({ ...draft, sha256: NO_SHA256 }))
  return draft
}

function isExpert(source: DraftIngredient['source']): source is SignedRecord<ExpertRecord> {
  return 'record' in source
}

function ingredientOf({ source, lambda }: DraftIngredient): Ingredient {
  const coefficient = lambda === undefined ? {} : { lambda }
  return isExpert(source)
    ? { expert: source.id, ...coefficient }
    : { recipe: source, ...coefficient }
}

function baseOf({ source }: DraftIngredient): string {
  return isExpert(source) ? source.record.base : source.base
}

function idOf({ source }: DraftIngredient): string {
  return isExpert(source) ? `Expert ${source.id}` : `Recipe ${recipeId(source)}`
}

function baseMismatch(first: DraftIngredient, other: DraftIngredient): NodeError {
  const bases = [baseOf(first), baseOf(other)]
  const message =
    `Experts of different bases cannot be mixed: ${idOf(first)} is over ${bases[0]},` +
    ` ${idOf(other)} over ${bases[1]}`
  return new NodeError('BASES_DIFFER', message, { details: { bases } })
}

/** What a recipe needs besides what it names. */
export interface SoupOptions extends AbortOptions {
  /** Paths of Fisher files by their SHA-256. */
  fisherFiles?: ReadonlyMap<string, string> | undefined
  /** Whether experts may have another tokenizer than the base. */
  anyTokenizer?: boolean | undefined
}

/**
 * Where to read a recipe's soup.
 *
 * @throws NodeError SOUP_METHOD, NOT_PULLED, BASE_MISSING, BASES_DIFFER, FISHER_MISSING
 */
export async function soupModel(
  node: SoupNode,
  recipe: RecipeDraft,
  options: SoupOptions = {}
): Promise<SoupSpec> {
  const parameters = methodSettings(recipe.method, recipe.parameters)
  const ingredients: IngredientSpec[] = []
  for (const ingredient of recipe.ingredients) {
    ingredients.push(await ingredientModel(node, recipe, ingredient, options))
  }
  const { method, tensorLambda, dtype, extrapolate } = recipe
  return {
    kind: 'soup',
    base: await baseModel(node, recipe.base, options),
    method,
    ingredients,
    parameters,
    tensorLambda,
    fisher: recipe.fisher?.map(sha256 => fisherModel(sha256, options)),
    dtype: outputDtype(dtype),
    extrapolate,
    anyTokenizer: options.anyTokenizer
  }
}

async function ingredientModel(
  node: SoupNode,
  { base }: RecipeDraft,
  { expert, recipe, lambda }: Ingredient,
  options: SoupOptions
): Promise<IngredientSpec> {
  if (recipe !== undefined) {
    const name = `the soup of recipe ${recipeId(recipe)}`
    return { name, lambda, model: await soupModel(node, recipe, options) }
  }
  const signed = await findExpert(node, expert!, options) // a recipe has either of both
  if (signed.record.base !== base) throw notOver(signed, base)
  return { name: signed.id, lambda, model: await expertModel(node, signed, options) }
}

/** An expert whose delta is only like what its publisher had. */
export interface LossyExpert {
  id: string
  codec: string
  loss: Loss
}

/** @returns the experts of a recipe, also of recipes in it, whose codec lost something, in their order */
export async function lossyExperts(
  node: SoupNode,
  { ingredients }: RecipeDraft,
  options?: AbortOptions
): Promise<LossyExpert[]> {
  const found = new Map<string, LossyExpert>()
  for (const { expert, recipe } of ingredients) {
    if (recipe !== undefined) {
      for (const inner of await lossyExperts(node, recipe, options)) found.set(inner.id, inner)
      continue
    }
    const { id, record } = await findExpert(node, expert!, options) // a recipe has either of both
    if (record.loss !== undefined) found.set(id, { id, codec: record.codec, loss: record.loss })
  }
  return [...found.values()]
}

/** @throws NodeError RECIPE_MISMATCH when a recipe's soup came out with another SHA-256 */
export function checkRebuilt({ sha256: expected }: RecipeRecord, got: string): void {
  if (expected === got) return
  const message = `The rebuilt soup differs from its recipe: expected sha256 ${expected}, got ${got}`
  throw new NodeError('RECIPE_MISMATCH', message, { details: { expected, got } })
}

function fisherModel(sha256: string, { fisherFiles }: SoupOptions): NamedSpec {
  const path = fisherFiles?.get(sha256)
  if (path !== undefined) {
    return { kind: 'named', name: path, model: { kind: 'file', path } }
  }
  const message = `The recipe needs the Fisher file with the SHA-256 ${sha256}; give it with --fisher FILE`
  throw new NodeError('FISHER_MISSING', message, { details: { sha256 } })
}

function outputDtype(dtype: string | undefined): FloatDtype | undefined {
  if (dtype === undefined || isFloatDtype(dtype)) return dtype
  throw new UsageError(`A soup is written as one of ${FLOAT_DTYPES}, not as '${dtype}'`)
}

function notOver({ id, record }: SignedRecord<ExpertRecord>, base: string): NodeError {
  const message = `The recipe is over the base ${base}, but its expert ${id} is over ${record.base}`
  return new NodeError('BASES_DIFFER', message, { details: { id, base, got: record.base } })
}
