import { type Checkpoint, fisherMean, isFloatDtype } from '@soup/tensor'
import { SoupBuildError } from './errors.ts'
import { checkLambda } from './lambda.ts'
import type { Ingredient } from './linear-soup.ts'
import { areSequential, checkExperts, type SoupInit, soupCheckpoint } from './soup-checkpoint.ts'
import {
  floatDtype,
  type NamedCheckpoint,
  precisionOf,
  valueBytes,
  valuesTensor
} from './tensors.ts'

/** What {@link fisherSoup} is made of. */
export interface FisherSoupInit extends SoupInit {
  /** The experts, in the recipe's order; their λ are on the simplex. */
  ingredients: readonly Ingredient[]
  /** Fᵢ: the diagonal Fisher information of each expert, as {@link averageSquares} computes it. Stay the caller's. */
  fishers: readonly NamedCheckpoint[]
  /** ε, the least Fisher information that counts, at least {@link LEAST_EPSILON}. */
  epsilon: number
}

/**
 * Fisher merging, a coefficient for each parameter:
 *
 *     θ_j = Σᵢ λᵢ·max(Fᵢⱼ, ε)·θᵢⱼ / Σᵢ λᵢ·max(Fᵢⱼ, ε)
 *
 * (Matena and Raffel 2022, arXiv 2111.09832, equation 7; rewarded soups, arXiv 2306.04488, remark 5.) Where all Fᵢⱼ are
 * at most ε it is the linear soup within rounding. Experts with λ = 0 aren't read, nor is the base. Where the experts
 * differ, an infinite Fᵢⱼ of the first gives that expert's θᵢⱼ, any other infinite or NaN one gives NaN. Experts that
 * agree give what they agree on, bit for bit.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} `SOUP_LAMBDA` off the simplex; `SOUP_FISHER` when the Fisher information isn't one checkpoint
 *   an expert, with all of its float tensors in their shapes; `SOUP_MISMATCH`, `SOUP_DTYPE` as `linearSoup`
 */
export function fisherSoup(init: FisherSoupInit): Checkpoint {
  const { base, ingredients, epsilon } = init
  checkLambda(ingredients.map(({ lambda }) => lambda))
  checkExperts(base, ingredients)
  checkFishers(init)
  const experts = ingredients
    .map((ingredient, i) => ({ ...ingredient, fisher: init.fishers[i]! }))
    .filter(({ lambda }) => lambda !== 0)
  const lambda = experts.map(expert => expert.lambda)
  const terms = [...experts, ...experts.map(({ fisher }) => fisher)]
  return soupCheckpoint(init, {
    terms: () => experts,
    isSequential: areSequential(terms),
    floatTensor: (name, to) => {
      const precision = precisionOf(floatDtype(base, name), to)
      const checkpoints = terms.map(({ checkpoint }) => checkpoint)
      return valuesTensor(checkpoints, name, to, (values, out, length) => {
        const [thetas, fishers] = [values.slice(0, lambda.length), values.slice(lambda.length)]
        const sizeBytes = length * valueBytes(precision)
        fisherMean(precision, thetas, fishers, lambda, epsilon, out, sizeBytes)
      })
    }
  })
}

function checkFishers({ base, ingredients, fishers }: FisherSoupInit): void {
  if (fishers.length !== ingredients.length) {
    throw new SoupBuildError(
      'SOUP_FISHER',
      `Fisher merging takes the Fisher information of each expert: ${ingredients.length}, got ${fishers.length}`,
      { details: { expected: ingredients.length, got: fishers.length } }
    )
  }
  for (const fisher of fishers) checkFisher(base, fisher)
}

function checkFisher(base: Checkpoint, { name: fisher, checkpoint }: NamedCheckpoint): void {
  for (const { name, dtype, shape } of base.tensors.values()) {
    if (!isFloatDtype(dtype)) continue
    const info = checkpoint.tensors.get(name)
    const isFit = info !== undefined && isFloatDtype(info.dtype) && `${info.shape}` === `${shape}`
    if (isFit) continue
    const got = info === undefined ? 'is missing' : `is ${info.dtype}[${info.shape}]`
    throw new SoupBuildError(
      'SOUP_FISHER',
      `${fisher} is no Fisher information over ${base.name}: tensor ${JSON.stringify(name)} ${got}, expected floats of [${shape}]`,
      { details: { fisher, tensor: name, expected: shape, got } }
    )
  }
}
