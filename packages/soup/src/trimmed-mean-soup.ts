import { type Checkpoint, trimmedMean } from '@soup/tensor'
import { areSequential, checkExperts, type SoupInit, soupCheckpoint } from './soup-checkpoint.ts'
import {
  floatDtype,
  type NamedCheckpoint,
  precisionOf,
  valueBytes,
  valuesTensor
} from './tensors.ts'

/** What {@link medianSoup} is made of. */
export interface MedianSoupInit extends SoupInit {
  /** At least one expert, as `buildSoup` checks; their order has no effect. */
  ingredients: readonly NamedCheckpoint[]
}

/** What {@link trimmedMeanSoup} is made of. */
export interface TrimmedMeanSoupInit extends MedianSoupInit {
  /** β: which part is left out at either end, 0 up to but not ½, as `buildSoup` checks. */
  trim: number
}

/**
 * The coordinate-wise trimmed mean of k experts: for each element the ⌊βk⌋ smallest and as many of the largest values
 * are left out.
 *
 *     θ_j = Σ_{i∈U_j} θᵢⱼ / |U_j|
 *
 * (Yin et al. 2018, arXiv 1803.01498, definition 2.) Taken over experts, which is the same as over deltas, and there is
 * no λ. Up to ⌊βk⌋ experts may hold anything, NaN and infinities too, and the result stays within what the others hold.
 * Values are sorted by their bits, see `trimmedMean` in `@soup/tensor`; what is left agrees: bit for bit.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} `SOUP_MISMATCH`, `SOUP_DTYPE` as `linearSoup`
 */
export function trimmedMeanSoup(init: TrimmedMeanSoupInit): Checkpoint {
  return sortedSoup(init, Math.floor(init.trim * init.ingredients.length))
}

/**
 * The coordinate-wise median of experts; of an even number the mean of the middle two.
 *
 *     θ_j = med {θᵢⱼ}
 *
 * (Yin et al. 2018, arXiv 1803.01498, definition 1.) There is no λ. Fewer than half of the experts may hold anything,
 * as in {@link trimmedMeanSoup}.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} `SOUP_MISMATCH`, `SOUP_DTYPE` as `linearSoup`
 */
export function medianSoup(init: MedianSoupInit): Checkpoint {
  return sortedSoup(init, Math.floor((init.ingredients.length - 1) / 2))
}

function sortedSoup(init: MedianSoupInit, dropped: number): Checkpoint {
  const { base, ingredients } = init
  checkExperts(base, ingredients)
  const experts = ingredients.map(({ checkpoint }) => checkpoint)
  return soupCheckpoint(init, {
    terms: () => ingredients,
    isSequential: areSequential(ingredients),
    floatTensor: (name, to) => {
      const precision = precisionOf(floatDtype(base, name), to)
      return valuesTensor(experts, name, to, (values, out, length) =>
        trimmedMean(precision, values, dropped, out, length * valueBytes(precision))
      )
    }
  })
}
