import type { AbortOptions } from '@soup/interface'
import {
  angleMeter,
  type Checkpoint,
  type FloatDtype,
  returnBlocks,
  sineRatio,
  takeBlocks
} from '@soup/tensor'
import { checkLambda } from './lambda.ts'
import { COLINEAR_COSINE, LEAST_NORM } from './limits.ts'
import { type Ingredient, linearSoup } from './linear-soup.ts'
import { mix, mixedTensor } from './mix.ts'
import type { PointwiseTensor } from './pointwise.ts'
import { scan } from './scan.ts'
import { checkExperts, type SoupInit, soupCheckpoint } from './soup-checkpoint.ts'
import { floatDtype, precisionOf } from './tensors.ts'

/** What {@link slerpSoup} is made of. */
export interface SlerpSoupInit extends SoupInit {
  /** Two experts, whose λ are on the simplex. */
  ingredients: readonly [Ingredient, Ingredient]
}

/**
 * Spherical interpolation of two experts, each tensor as one vector:
 *
 *     θ = sin(λ₁Ω)/sin Ω · θ₁ + sin(λ₂Ω)/sin Ω · θ₂,   cos Ω = θ₁·θ₂ / (‖θ₁‖‖θ₂‖),   λ₁ + λ₂ = 1
 *
 * (Shoemake 1985, "Animating rotation with quaternion curves", section 3.3). The angle is between the tensors
 * themselves, not their deltas, as in mergekit; so θ₀ isn't read. It is measured in f64 by a first pass over the
 * tensor, and the second takes the factors in f32. Where |cos Ω| > {@link COLINEAR_COSINE} the tensor is the linear
 * soup instead, as in mergekit; and, unlike there, also where it has no angle (a norm of at most {@link LEAST_NORM},
 * an infinity, a NaN). Experts that agree give what they agree on, and λ = 1 that expert, bit for bit. A zero may come
 * out with the other sign.
 *
 * @returns as {@link soupCheckpoint}
 * @throws {SoupBuildError} `SOUP_LAMBDA` off the simplex; `SOUP_MISMATCH`, `SOUP_DTYPE` as {@link linearSoup}
 */
export function slerpSoup(init: SlerpSoupInit): Checkpoint {
  const { base, ingredients } = init
  const lambda = ingredients.map(ingredient => ingredient.lambda)
  checkLambda(lambda)
  if (lambda.includes(0)) return linearSoup(init)
  checkExperts(base, ingredients)
  const experts = ingredients.map(({ checkpoint }) => checkpoint)
  const cosines = new Map<string, number>()
  return soupCheckpoint(init, {
    terms: () => ingredients,
    isSequential: true,
    floatTensor: (name, to) => slerpTensor(experts, lambda, name, to, cosines)
  })
}

/** @param cosines those of the tensors that were looked at already, by name */
function slerpTensor(
  experts: readonly Checkpoint[],
  lambda: readonly number[],
  name: string,
  to: FloatDtype,
  cosines: Map<string, number>
): PointwiseTensor {
  let factors: readonly number[] | undefined
  const tensor = mixedTensor(experts, name, to, (dtype, inputs, out, sizeBytes) => {
    if (factors === undefined) return mix(dtype, inputs, lambda, out, sizeBytes)
    const [zero] = takeBlocks(1)
    zero!.bytes.fill(0, 0, sizeBytes)
    mix(dtype, [zero!, ...inputs], [0, ...factors], out, sizeBytes)
    returnBlocks([zero!])
  })
  const prepare = async (options?: AbortOptions) => {
    const cosine = cosines.get(name) ?? (await measureCosine(experts, name, to, options))
    cosines.set(name, cosine)
    if (Math.abs(cosine) <= COLINEAR_COSINE) {
      factors = lambda.map(part => sineRatio(cosine, part))
    }
  }
  return { ...tensor, prepare }
}

async function measureCosine(
  experts: readonly Checkpoint[],
  name: string,
  to: FloatDtype,
  options?: AbortOptions
): Promise<number> {
  const precision = precisionOf(floatDtype(experts[0]!, name), to)
  const meter = angleMeter(precision)
  try {
    await scan(
      experts,
      name,
      precision,
      ([first, second], sizeBytes) => meter.add(first!, second!, sizeBytes),
      options
    )
    return meter.cosine(LEAST_NORM)
  } finally {
    meter.close()
  }
}
