import { type Checkpoint, drop, dropKey, electSigns, type FloatDtype } from '@soup/tensor'
import { checkLambda, type LambdaOptions, sum } from './lambda.ts'
import type { Ingredient } from './linear-soup.ts'
import { mix } from './mix.ts'
import type { PointwiseTensor } from './pointwise.ts'
import { areSequential, checkExperts, type SoupInit, soupCheckpoint } from './soup-checkpoint.ts'
import { type ThinnedTensorInit, thinnedTensor } from './thinned-tensor.ts'
import type { ElectInit } from './ties-soup.ts'

/** What {@link dareLinearSoup} is made of. */
export interface DareSoupInit extends SoupInit, LambdaOptions {
  /** The experts, in the recipe's order: an expert's place decides about its mask. */
  ingredients: readonly Ingredient[]
  /** Which part of the changes is kept, above 0, at most 1; the paper's 1 − p. */
  density: number
  /** What the masks are drawn from: a whole number from 0 to 2⁵³ − 1. */
  seed: number
  /** s, by which the mixed change is multiplied. */
  scale: number
}

/** What {@link dareTiesSoup} is made of. */
export interface DareTiesSoupInit extends DareSoupInit, ElectInit {}

/**
 * Drop and rescale, then add:
 *
 *     θ = θ₀ + s · Σᵢ λᵢ · (mᵢ ⊙ τᵢ) / density,   mᵢ ~ Bernoulli(density)
 *
 * (DARE, arXiv 2311.03099, equation 1 and 2.) The masks come from a counter-based generator: an element's depends on
 * the seed, the expert's place, the tensor's name and the element's index, see `dropKey` and `drop` in `@soup/tensor`.
 * mergekit draws from PyTorch's generator instead, and rescales so that the sum of magnitudes stays what it was. sλᵢ/density is rounded once.
 * Experts with λ = 0 aren't read, and still count for the others' places. What no expert changed is the base's bit for
 * bit.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} `SOUP_LAMBDA` as {@link checkLambda}; `SOUP_MISMATCH`, `SOUP_DTYPE` as `linearSoup`
 */
export function dareLinearSoup(init: DareSoupInit): Checkpoint {
  const factor = init.scale / init.density
  return dareSoup(init, lambda => {
    const factors = lambda.map(value => value * factor)
    // As in every affine combination, the base takes up what is left.
    factors[0] = 1 - sum(factors)
    return (precision, values, out, sizeBytes) => mix(precision, values, factors, out, sizeBytes)
  })
}

/**
 * Drop and rescale as {@link dareLinearSoup}, then elect signs and merge what agrees as `tiesSoup`: arXiv 2311.03099,
 * section 3.3 with arXiv 2306.01708.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} as {@link dareLinearSoup}
 */
export function dareTiesSoup(init: DareTiesSoupInit): Checkpoint {
  const how = { isMean: init.isMean, scale: init.scale / init.density }
  return dareSoup(init, lambda => (precision, values, out, sizeBytes) => {
    electSigns(precision, values, lambda, out, sizeBytes, how)
  })
}

/** @param mixer mixes the terms by their coefficients, the base's being 0 */
function dareSoup(
  init: DareSoupInit,
  mixer: (lambda: readonly number[]) => ThinnedTensorInit['mix']
): Checkpoint {
  const { base, ingredients } = init
  checkLambda(
    ingredients.map(({ lambda }) => lambda),
    init
  )
  checkExperts(base, ingredients)
  const experts = ingredients
    .map((ingredient, place) => ({ ...ingredient, place }))
    .filter(({ lambda }) => lambda !== 0)
  const terms = [{ name: base.name, checkpoint: base }, ...experts]
  const mixTerms = mixer([0, ...experts.map(({ lambda }) => lambda)])
  const floatTensor = (name: string, to: FloatDtype): PointwiseTensor => {
    const keys = experts.map(({ place }) => dropKey(init.seed, place, name))
    return thinnedTensor({
      terms: terms.map(({ checkpoint }) => checkpoint),
      name,
      to,
      thin: (k, values, reference, { precision, length, first }) =>
        drop(precision, values, reference, length, first, keys[k]!, init.density),
      mix: mixTerms
    })
  }
  return soupCheckpoint(init, {
    terms: () => terms,
    isSequential: areSequential(terms),
    floatTensor
  })
}
