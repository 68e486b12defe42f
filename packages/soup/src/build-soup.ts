import type { Checkpoint } from '@soup/tensor'
import { dareLinearSoup, dareTiesSoup } from './dare-soup.ts'
import { SoupBuildError } from './errors.ts'
import { fisherSoup } from './fisher-soup.ts'
import { checkLambda } from './lambda.ts'
import { type Ingredient, linearSoup } from './linear-soup.ts'
import {
  isAdapterMethod,
  METHODS,
  type MethodName,
  methodName,
  methodParameters,
  type WeightMethodName
} from './methods.ts'
import { slerpSoup } from './slerp-soup.ts'
import type { SoupInit } from './soup-checkpoint.ts'
import { taskArithmeticSoup } from './task-arithmetic-soup.ts'
import type { TensorLambda } from './tensor-lambda.ts'
import type { NamedCheckpoint } from './tensors.ts'
import { tiesSoup } from './ties-soup.ts'
import { medianSoup, trimmedMeanSoup } from './trimmed-mean-soup.ts'
import { uniformSoup } from './uniform-soup.ts'
import { wiseSoup } from './wise-soup.ts'

/** An expert and, where the method takes it, its coefficient. */
export interface SoupIngredient extends NamedCheckpoint {
  /** λᵢ. */
  lambda?: number | undefined
}

/** What {@link buildSoup} is made of. */
export interface BuildSoupInit extends SoupInit {
  /** Name of a method of {@link METHODS}. */
  method: string
  /** The experts, in the recipe's order. Stay the caller's. */
  ingredients: readonly SoupIngredient[]
  /** The method's parameters by name; each has its default unless given. */
  parameters?: Readonly<Record<string, number>> | undefined
  /** λ of single tensors, where the method takes them. */
  tensorLambda?: readonly TensorLambda[] | undefined
  /** The Fisher information of each expert, in their order, where the method takes it. Stay the caller's. */
  fisher?: readonly NamedCheckpoint[] | undefined
  /** Whether λ may leave the simplex; only where the method asks for that to be said. */
  extrapolate?: boolean | undefined
}

/** What a method is given, whatever it mixes. */
export interface SoupSettings<T>
  extends Pick<BuildSoupInit, 'method' | 'parameters' | 'extrapolate'> {
  ingredients: readonly T[]
  tensorLambda?: readonly TensorLambda[] | undefined
  /** Something for each file of Fisher information. */
  fisher?: readonly unknown[] | undefined
}

/** The same, after what belongs to the method was checked. */
export interface CheckedSettings<T> {
  method: MethodName
  ingredients: (T & { lambda: number })[]
  parameters: Record<string, number>
  tensorLambda: readonly TensorLambda[]
  extrapolate: boolean
}

/** What builders get. */
interface CheckedInit extends SoupInit {
  ingredients: readonly Ingredient[]
  parameters: Readonly<Record<string, number>>
  tensorLambda: readonly TensorLambda[]
  fishers: readonly NamedCheckpoint[]
  extrapolate: boolean
}

const BUILDERS: Record<WeightMethodName, (init: CheckedInit) => Checkpoint> = {
  linear: linearSoup,
  uniform: uniformSoup,
  wise: init => wiseSoup({ ...init, ingredient: init.ingredients[0]! }),
  'task-arithmetic': init => taskArithmeticSoup({ ...init, scale: init.parameters.scale! }),
  slerp: init => slerpSoup({ ...init, ingredients: [init.ingredients[0]!, init.ingredients[1]!] }),
  ties: init => tiesSoup({ ...init, ...thinning(init) }),
  'dare-linear': init => dareLinearSoup({ ...init, ...thinning(init) }),
  'dare-ties': init => dareTiesSoup({ ...init, ...thinning(init) }),
  fisher: init => fisherSoup({ ...init, epsilon: init.parameters.epsilon! }),
  median: medianSoup,
  'trimmed-mean': init => trimmedMeanSoup({ ...init, trim: init.parameters.trim! })
}

function thinning({ parameters }: CheckedInit) {
  const { density, seed, scale, normalize } = parameters
  return { density: density!, seed: seed ?? 0, scale: scale!, isMean: normalize !== 0 }
}

/**
 * Builds a soup by the name of its method. What is wrong with it is told from headers and numbers alone, before the
 * first byte of a tensor is read.
 *
 * @returns a checkpoint without metadata that is computed as it is read: same ingredients, λ, parameters and order,
 *   same bytes on every machine. Reading throws {@link SoupBuildError} `SOUP_NOT_FLOAT` for a tensor that differs
 *   between experts and isn't of float dtype
 * @throws {SoupBuildError} as {@link checkedSettings}; `SOUP_ADAPTERS` for a method that mixes adapters alone;
 *   `SOUP_LAMBDA` for λ that leaves its range; `SOUP_GLOB` for a pattern of tensors that decides about none;
 *   `SOUP_FISHER` for Fisher information that is missing or doesn't fit; `SOUP_MISMATCH` for experts whose tensors aren't
 *   the base's; `SOUP_TENSOR_TOO_LARGE` as `tiesSoup`; `SOUP_DTYPE` for an output dtype that isn't one to compute in
 */
export function buildSoup(init: BuildSoupInit): Checkpoint {
  const { base, dtype, fisher = [] } = init
  const { method, ...checked } = checkedSettings(init)
  if (isAdapterMethod(method)) throw wholeModel(method, init.ingredients[0]!.name)
  return BUILDERS[method]({ ...checked, base, dtype, fishers: fisher })
}

/** The error of a whole model where adapters are mixed. */
export function wholeModel(method: MethodName, expert: string): SoupBuildError {
  return new SoupBuildError(
    'SOUP_ADAPTERS',
    `${method} mixes adapters, and ${expert} is a whole model: linear mixes both`,
    { details: { method, expert } }
  )
}

/**
 * Checks what belongs to a method, whatever it mixes, by numbers alone.
 *
 * @returns the same with what wasn't given; λ is 0 where the method takes none, and nobody looks at it
 * @throws {SoupBuildError} `SOUP_METHOD` for an unknown method; `SOUP_EXPERTS` for too few or too many experts;
 *   `SOUP_PARAMETER` as {@link methodParameters}; `SOUP_LAMBDA` for λ that the method doesn't take or that is missing, and
 *   off the simplex or the unit where it never leaves that; `SOUP_FISHER` for Fisher information that is unwanted
 */
export function checkedSettings<T extends { name: string; lambda?: number | undefined }>(
  init: SoupSettings<T>
): CheckedSettings<T> {
  const { tensorLambda = [], fisher = [], extrapolate = false } = init
  const method = methodName(init.method)
  checkCount(method, init.ingredients.length)
  const parameters = methodParameters(method, init.parameters)
  const ingredients = checkedIngredients(method, init.ingredients, extrapolate)
  const { takesTensorLambda, takesFisher } = METHODS[method]
  if (tensorLambda.length > 0 && !takesTensorLambda) {
    throw wrongLambda(method, 'takes no λ for single tensors: linear does')
  }
  if (fisher.length > 0 && !takesFisher) {
    throw new SoupBuildError('SOUP_FISHER', `${method} takes no Fisher information: fisher does`, {
      details: { method }
    })
  }
  return { method, ingredients, parameters, tensorLambda, extrapolate }
}

function checkCount(method: MethodName, count: number): void {
  const { minExperts, maxExperts } = METHODS[method]
  if (count >= minExperts && count <= maxExperts) return
  const expected = minExperts === maxExperts ? `${minExperts}` : `${minExperts} to ${maxExperts}`
  throw new SoupBuildError('SOUP_EXPERTS', `${method} mixes ${expected} experts, got ${count}`, {
    details: { method, minExperts, maxExperts, got: count }
  })
}

/** Refuses λ that isn't of the method's kind; where it takes none it is 0, and nobody looks at it. */
function checkedIngredients<T extends { name: string; lambda?: number | undefined }>(
  method: MethodName,
  ingredients: readonly T[],
  extrapolate: boolean
): (T & { lambda: number })[] {
  const kind = METHODS[method].lambda
  if (extrapolate && kind !== 'extrapolate') {
    const problem =
      kind === 'free' ? 'takes any λ as it is: leave out extrapolate' : "can't extrapolate"
    throw wrongLambda(method, problem)
  }
  const odd = ingredients.find(({ lambda }) => (lambda === undefined) !== (kind === 'none'))
  if (odd !== undefined) {
    const problem =
      kind === 'none' ? 'takes no λ, got one of' : 'takes a λ of each expert, got none of'
    throw wrongLambda(method, `${problem} ${odd.name}`)
  }
  const checked = ingredients.map(each => ({ ...each, lambda: each.lambda ?? 0 }))
  const lambda = checked.map(expert => expert.lambda)
  const isInUnit = lambda.every(value => value >= 0 && value <= 1)
  if (kind === 'unit' && !isInUnit) {
    throw wrongLambda(method, `takes a λ from 0 to 1, got ${lambda[0]}: task-arithmetic takes any`)
  }
  if (kind === 'simplex') checkLambda(lambda)
  return checked
}

function wrongLambda(method: MethodName, problem: string): SoupBuildError {
  return new SoupBuildError('SOUP_LAMBDA', `${method} ${problem}`, { details: { method, problem } })
}
