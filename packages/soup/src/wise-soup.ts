import type { Checkpoint } from '@soup/tensor'
import { type Ingredient, linearSoup } from './linear-soup.ts'
import type { SoupInit } from './soup-checkpoint.ts'

/** What {@link wiseSoup} is made of. */
export interface WiseSoupInit extends SoupInit {
  /** The expert; its λ is α, which `buildSoup` holds between 0 and 1. */
  ingredient: Ingredient
}

/**
 * The way from the base to one expert
 *
 *     θ = θ₀ + α · (θ₁ − θ₀),   α ∈ [0, 1]
 *
 * (WiSE-FT, arXiv 2109.01903, equation 1): the {@link linearSoup} of base and expert. α = 0 is the base and α = 1 the
 * expert, bit for bit.
 *
 * @returns as {@link linearSoup}
 * @throws {SoupBuildError} `SOUP_LAMBDA` when α isn't a number; `SOUP_MISMATCH`, `SOUP_DTYPE` as {@link linearSoup}
 */
export function wiseSoup({ ingredient, ...init }: WiseSoupInit): Checkpoint {
  return linearSoup({ ...init, ingredients: [ingredient], extrapolate: true })
}
