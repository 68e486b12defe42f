import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  electSigns,
  elementCount,
  type FloatDtype,
  searchThreshold,
  type Threshold,
  tensorInfo,
  trim
} from '@soup/tensor'
import { SoupBuildError } from './errors.ts'
import { checkLambda, type LambdaOptions } from './lambda.ts'
import { MAX_COUNTED_ELEMENTS } from './limits.ts'
import type { Ingredient } from './linear-soup.ts'
import type { PointwiseTensor } from './pointwise.ts'
import { scan } from './scan.ts'
import { areSequential, checkExperts, type SoupInit, soupCheckpoint } from './soup-checkpoint.ts'
import { floatDtype, precisionOf, valueBytes } from './tensors.ts'
import { thinnedTensor } from './thinned-tensor.ts'

/** How {@link tiesSoup} and `dareTiesSoup` mix the changes that are left. */
export interface ElectInit {
  /** s, by which the mixed change is multiplied. */
  scale: number
  /** Whether the change is divided by the λ of the experts that agree, as in the paper, or stays their sum. */
  isMean: boolean
}

/** What {@link tiesSoup} is made of. */
export interface TiesSoupInit extends SoupInit, LambdaOptions, ElectInit {
  /** The experts, in the recipe's order. */
  ingredients: readonly Ingredient[]
  /** Which part of each tensor's changes is kept, above 0, at most 1. */
  density: number
}

/** An expert's threshold; undefined where all of its changes are kept. */
type Thresholds = readonly (Threshold | undefined)[]

/**
 * TIES: trim, elect signs, merge what agrees.
 *
 *     τ̂ᵢ = the k largest |τᵢ| of a tensor, k = max(1, ⌊density · n⌋),   γ = sign(Σᵢ λᵢτ̂ᵢ)
 *     θ = θ₀ + s · Σ_{i∈A} λᵢτ̂ᵢ / Σ_{i∈A} λᵢ,   A = {i : sign(λᵢτ̂ᵢ) = γ}
 *
 * (TIES-Merging, arXiv 2306.01708, algorithm 1; weighted as in mergekit, whose `ties` has the same result but for
 * rounding.) Dividing by the λ of those that agree is the operator's definition: only the ratios of λ count. Of equal
 * magnitudes at the threshold the first by index are kept, where mergekit's unstable sort keeps any; and one change at
 * least is kept, where mergekit fails for k = 0. A NaN counts as the largest magnitude, is never trimmed by others, and
 * gives NaN.
 *
 * The thresholds take a first pass over a tensor, or several, in memory that doesn't depend on its size. Experts with
 * λ = 0 aren't read. What no expert changed is the base's bit for bit; one expert of density 1 comes back within
 * rounding.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} `SOUP_LAMBDA` as {@link checkLambda}; `SOUP_TENSOR_TOO_LARGE` for a tensor of more than
 *   {@link MAX_COUNTED_ELEMENTS}; `SOUP_MISMATCH`, `SOUP_DTYPE` as `linearSoup`
 */
export function tiesSoup(init: TiesSoupInit): Checkpoint {
  const { base, ingredients } = init
  checkLambda(
    ingredients.map(({ lambda }) => lambda),
    init
  )
  checkExperts(base, ingredients)
  const isTrimmed = init.density < 1
  if (isTrimmed) checkSizes(base)
  const experts = ingredients.filter(({ lambda }) => lambda !== 0)
  const terms = [{ name: base.name, checkpoint: base }, ...experts]
  const known = new Map<string, Thresholds>()
  return soupCheckpoint(init, {
    terms: () => terms,
    isSequential: isTrimmed || areSequential(terms),
    floatTensor: (name, to) => tiesTensor(init, experts, name, to, known)
  })
}

/** @param known the thresholds of the tensors that were looked at already, by name */
function tiesTensor(
  { base, density, ...how }: TiesSoupInit,
  experts: readonly Ingredient[],
  name: string,
  to: FloatDtype,
  known: Map<string, Thresholds>
): PointwiseTensor {
  const terms = [base, ...experts.map(({ checkpoint }) => checkpoint)]
  const lambda = [0, ...experts.map(expert => expert.lambda)]
  let thresholds: (Threshold | undefined)[] = []
  const tensor = thinnedTensor({
    terms,
    name,
    to,
    thin: (k, values, reference, { precision, length }) => {
      const threshold = thresholds[k]
      if (threshold === undefined) return
      thresholds[k] = trim(precision, values, reference, length * valueBytes(precision), threshold)
    },
    mix: (precision, values, out, sizeBytes) =>
      electSigns(precision, values, lambda, out, sizeBytes, how)
  })
  if (density === 1) return tensor
  const prepare = async (options?: AbortOptions) => {
    const found = known.get(name) ?? (await findThresholds(terms, name, to, density, options))
    known.set(name, found)
    thresholds = [...found]
  }
  return { ...tensor, prepare }
}

async function findThresholds(
  terms: readonly Checkpoint[],
  name: string,
  to: FloatDtype,
  density: number,
  options?: AbortOptions
): Promise<Thresholds> {
  const precision = precisionOf(floatDtype(terms[0]!, name), to)
  const kept = Math.max(1, Math.floor(density * elementCount(tensorInfo(terms[0]!, name).shape)!))
  const searches = terms.slice(1).map(() => searchThreshold(precision, kept))
  try {
    for (;;) {
      const open = searches.flatMap((search, k) => (search.passesLeft > 0 ? [{ search, k }] : []))
      if (open.length === 0) return searches.map(search => search.threshold())
      const read = [terms[0]!, ...open.map(({ k }) => terms[k + 1]!)]
      const visit: Parameters<typeof scan>[3] = ([base, ...values], sizeBytes) => {
        for (const [i, { search }] of open.entries()) search.count(values[i]!, base!, sizeBytes)
      }
      await scan(read, name, precision, visit, options)
      for (const { search } of open) search.endPass()
    }
  } finally {
    for (const search of searches) search.close()
  }
}

function checkSizes(base: Checkpoint): void {
  for (const { name, shape } of base.tensors.values()) {
    const count = elementCount(shape)!
    if (count <= MAX_COUNTED_ELEMENTS) continue
    throw new SoupBuildError(
      'SOUP_TENSOR_TOO_LARGE',
      `tensor ${JSON.stringify(name)} has ${count} elements, and the largest changes are found among ${MAX_COUNTED_ELEMENTS} at most: take density 1, or another method`,
      { details: { tensor: name, count, most: MAX_COUNTED_ELEMENTS } }
    )
  }
}
