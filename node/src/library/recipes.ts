import type { AbortOptions } from '@soup/interface'
import type { ExpertRecord, Ingredient, RecipeRecord, SignedRecord } from '@soup/manifest'
import { checkLambda } from '@soup/soup'
import { type FloatDtype, isFloatDtype } from '@soup/tensor'
import { NodeError, UsageError } from '../errors.ts'
import type { SoupSpec } from '../jobs/model.ts'
import type { SoupNode } from '../node.ts'
import { findExpert } from './lookup.ts'
import { baseModel, expertModel } from './models.ts'

/** A recipe before its soup was built: everything but the result's hash. */
export type RecipeDraft = Omit<RecipeRecord, 'sha256'>

/** The only operator that this version has. */
const METHOD = 'linear'

/**
 * Writes a recipe down.
 *
 * @param experts in the order of accumulation, all over one base
 * @param lambda one coefficient per expert
 * @throws NodeError BASES_DIFFER when the experts have different bases; UsageError when one comes twice; SoupError when λ is not allowed
 */
export function draftRecipe(
  experts: readonly SignedRecord<ExpertRecord>[],
  lambda: readonly number[],
  { dtype, extrapolate }: { dtype?: string | undefined; extrapolate?: boolean | undefined } = {}
): RecipeDraft {
  checkLambda(lambda, { extrapolate })
  const [first, ...others] = experts
  if (first === undefined) throw new RangeError('a recipe needs an expert')
  const { base } = first.record
  for (const other of others) {
    if (other.record.base !== base) throw baseMismatch(first, other)
  }
  const twice = experts.find(({ id }, i) => experts.findIndex(other => other.id === id) < i)
  if (twice) throw new UsageError(`Expert ${twice.id} is given twice: give it once, with one λ`)
  const ingredients = experts.map(({ id }, i): Ingredient => ({ expert: id, lambda: lambda[i]! }))
  const isOffSimplex = extrapolate === true ? true : undefined
  return {
    kind: 'recipe',
    v: 1,
    base,
    method: METHOD,
    ingredients,
    dtype,
    extrapolate: isOffSimplex
  }
}

function baseMismatch(
  first: SignedRecord<ExpertRecord>,
  other: SignedRecord<ExpertRecord>
): NodeError {
  const message =
    `Experts of different bases cannot be mixed: ${first.id} is over ${first.record.base},` +
    ` ${other.id} over ${other.record.base}`
  const details = { experts: [first.id, other.id], bases: [first.record.base, other.record.base] }
  return new NodeError('BASES_DIFFER', message, { details })
}

/**
 * Where to read a recipe's soup.
 *
 * @throws NodeError METHOD_UNKNOWN, NOT_PULLED, BASE_MISSING, BASES_DIFFER
 */
export async function soupModel(
  node: SoupNode,
  recipe: RecipeDraft,
  options?: AbortOptions
): Promise<SoupSpec> {
  if (recipe.method !== METHOD) {
    const message = `The recipe asks for the method '${recipe.method}'; this version has: ${METHOD}`
    throw new NodeError('METHOD_UNKNOWN', message, { details: { method: recipe.method } })
  }
  const ingredients = []
  for (const { expert, lambda } of recipe.ingredients) {
    if (expert === undefined || lambda === undefined) throw new RangeError('not a linear soup')
    const signed = await findExpert(node, expert, options)
    if (signed.record.base !== recipe.base) throw notOver(signed, recipe.base)
    ingredients.push({ name: expert, lambda, model: await expertModel(node, signed, options) })
  }
  const base = await baseModel(node, recipe.base, options)
  const { dtype, extrapolate } = recipe
  return { kind: 'soup', base, ingredients, dtype: outputDtype(dtype), extrapolate }
}

function outputDtype(dtype: string | undefined): FloatDtype | undefined {
  if (dtype === undefined || isFloatDtype(dtype)) return dtype
  throw new UsageError(`A soup is written as F16, BF16, F32 or F64, not as '${dtype}'`)
}

function notOver({ id, record }: SignedRecord<ExpertRecord>, base: string): NodeError {
  const message = `The recipe is over the base ${base}, but its expert ${id} is over ${record.base}`
  return new NodeError('BASES_DIFFER', message, { details: { id, base, got: record.base } })
}
