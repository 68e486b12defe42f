import type { Checkpoint } from '@soup/tensor'
import { linearSoup } from './linear-soup.ts'
import type { SoupInit } from './soup-checkpoint.ts'
import type { NamedCheckpoint } from './tensors.ts'

/** A soup whose experts all count the same. */
export interface UniformSoupInit extends SoupInit {
  /** The experts, at least one, as `buildSoup` checks, in the recipe's order. */
  ingredients: readonly NamedCheckpoint[]
}

/**
 * The uniform soup
 *
 *     θ = Σᵢ θᵢ / k
 *
 * (model soups, arXiv 2203.05482, section 2): the {@link linearSoup} of λᵢ = 1/k. There is no λ to choose.
 *
 * @returns as {@link linearSoup}
 * @throws {SoupBuildError} `SOUP_MISMATCH`, `SOUP_DTYPE` as {@link linearSoup}
 */
export function uniformSoup(init: UniformSoupInit): Checkpoint {
  const lambda = 1 / init.ingredients.length
  return linearSoup({
    ...init,
    ingredients: init.ingredients.map(expert => ({ ...expert, lambda }))
  })
}
