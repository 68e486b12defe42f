import type { Checkpoint } from '@soup/tensor'
import { type Ingredient, linearSoup } from './linear-soup.ts'
import type { SoupInit } from './soup-checkpoint.ts'

/** What {@link taskArithmeticSoup} is made of. */
export interface TaskArithmeticSoupInit extends SoupInit {
  /** The experts, in the recipe's order; their λ are any finite numbers. */
  ingredients: readonly Ingredient[]
  /** s, by which all λ are multiplied, in f64. */
  scale: number
}

/**
 * Task arithmetic
 *
 *     θ = θ₀ + s · Σᵢ λᵢ·τᵢ,   τᵢ = θᵢ − θ₀
 *
 * (arXiv 2212.04089, section 2): the {@link linearSoup} of coefficients s·λᵢ anywhere, which are never renormalised. A
 * negative λ is the paper's negation: it takes away what the expert learned.
 *
 * @returns as {@link linearSoup}
 * @throws {SoupBuildError} `SOUP_LAMBDA` when s·λᵢ isn't a finite number; `SOUP_MISMATCH`, `SOUP_DTYPE` as
 *   {@link linearSoup}
 */
export function taskArithmeticSoup({ scale, ...init }: TaskArithmeticSoupInit): Checkpoint {
  const ingredients = init.ingredients.map(expert => ({
    ...expert,
    lambda: scale * expert.lambda
  }))
  return linearSoup({ ...init, ingredients, extrapolate: true })
}
