import { type Checkpoint, isFloatDtype } from '@soup/tensor'
import { checkLambda, type LambdaOptions, sum, sumsToOne } from './lambda.ts'
import { mix, mixedTensor } from './mix.ts'
import { areSequential, checkExperts, type SoupInit, soupCheckpoint } from './soup-checkpoint.ts'
import { type TensorLambda, tensorLambdas } from './tensor-lambda.ts'
import type { NamedCheckpoint } from './tensors.ts'

/** An expert and its coefficient. */
export interface Ingredient {
  /** What to call the expert in an error: its id or path. */
  name: string
  /** The expert: the same tensors as the base, by name, dtype and shape. Stays the caller's. */
  checkpoint: Checkpoint
  /** λᵢ. */
  lambda: number
}

/** What {@link linearSoup} is made of. */
export interface LinearSoupInit extends SoupInit, LambdaOptions {
  /** The experts, in the recipe's order, which decides about the last bit. */
  ingredients: readonly Ingredient[]
  /** λ of single tensors, instead of the ingredients'; the first rule that matches counts. */
  tensorLambda?: readonly TensorLambda[] | undefined
}

/** A summand of the affine combination that a soup is: coefficients of all terms sum to 1. */
interface Term extends NamedCheckpoint {
  lambda: number
}

/**
 * The rewarded soup
 *
 *     θ(λ) = θ₀ + Σᵢ λᵢ · (θᵢ − θ₀)
 *
 * (rewarded soups, arXiv 2306.04488, and task arithmetic for λ off the simplex), computed as the same
 * affine combination around another reference:
 *
 *     θ(λ) = θ_r + Σ_{i≠r} λᵢ · (θᵢ − θ_r)
 *
 * With Σλ = 1 (within `LAMBDA_SUM_TOLERANCE`; r takes up what is left) the base cancels out: r is the
 * first expert with λ ≠ 0 and the base isn't read. Only so are these exact, bit for bit: one expert
 * with λ = 1 is that expert, experts that agree give what they agree on, and what no expert changed is
 * the base's. In floating point θ₀ + (θᵢ − θ₀) is not θᵢ, nor is Σλᵢ·θ always θ. With any other Σλ, r is
 * the base. Experts with λ = 0 aren't read.
 *
 * Floats are decoded to f32, combined in f32 in the order of the ingredients and rounded once to the
 * output's dtype; only an F64 tensor that stays F64 is combined in f64, for f32 can't hold its values.
 * Tensors of other dtypes must be equal in all terms.
 *
 * A tensor that a rule of `tensorLambda` matches has that rule's λ instead, on the same terms.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} `SOUP_LAMBDA` as {@link checkLambda}; `SOUP_GLOB` as {@link tensorLambdas};
 *   `SOUP_MISMATCH` as {@link checkExperts}; `SOUP_DTYPE` as {@link soupCheckpoint}
 */
export function linearSoup(init: LinearSoupInit): Checkpoint {
  const { base, ingredients, tensorLambda = [] } = init
  checkLambda(
    ingredients.map(({ lambda }) => lambda),
    init
  )
  checkExperts(base, ingredients)
  const names = [...base.tensors.values()].filter(({ dtype }) => isFloatDtype(dtype))
  const rules = tensorLambdas(
    tensorLambda,
    names.map(({ name }) => name),
    ingredients.length,
    init
  )
  const usual = affineTerms(base, ingredients)
  const termsOf = (name: string): readonly Term[] => {
    const lambda = rules.get(name)
    if (lambda === undefined) return usual
    return affineTerms(
      base,
      ingredients.map((ingredient, i) => ({ ...ingredient, lambda: lambda[i]! }))
    )
  }
  return soupCheckpoint(init, {
    terms: termsOf,
    isSequential: areSequential([...usual, ...[...rules.keys()].flatMap(termsOf)]),
    floatTensor: (name, to) => {
      const terms = termsOf(name)
      const lambda = terms.map(term => term.lambda)
      const checkpoints = terms.map(({ checkpoint }) => checkpoint)
      return mixedTensor(checkpoints, name, to, (dtype, inputs, out, sizeBytes) =>
        mix(dtype, inputs, lambda, out, sizeBytes)
      )
    }
  })
}

/** Drops what doesn't count; adds the base where the experts' coefficients leave it something. */
function affineTerms(base: Checkpoint, ingredients: readonly Ingredient[]): Term[] {
  const lambda = ingredients.map(ingredient => ingredient.lambda)
  const experts = ingredients.filter(ingredient => ingredient.lambda !== 0)
  if (sumsToOne(lambda)) return experts
  return [{ name: base.name, checkpoint: base, lambda: 1 - sum(lambda) }, ...experts]
}
