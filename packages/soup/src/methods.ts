import { MAX_CHOSEN_RANK } from '@soup/delta'
import { SoupBuildError } from './errors.ts'
import { LEAST_DENSITY, LEAST_EPSILON, MAX_EXPERTS, MAX_TRIM } from './limits.ts'

/**
 * What a method takes as λ:
 *
 * - `none`: nothing;
 * - `unit`: one number from 0 to 1;
 * - `simplex`: numbers from 0 to 1 that sum to 1;
 * - `extrapolate`: the same, or any numbers where extrapolation is asked for;
 * - `free`: any numbers.
 */
export type LambdaKind = 'none' | 'unit' | 'simplex' | 'extrapolate' | 'free'

/** A number that a method takes by name. */
export interface MethodParameter {
  readonly name: string
  /** What it does, in a few words for a person. */
  readonly summary: string
  /** Its value unless given; undefined where leaving it out is a choice of its own, which no number stands for. */
  readonly default: number | undefined
  /** The least value. */
  readonly min: number
  /** The largest value. */
  readonly max: number
  /** Whether it must be a whole number. */
  readonly isWhole: boolean
}

/** A merging operator, as people choose it. */
export interface Method {
  /** What it computes, in a few words for a person. */
  readonly summary: string
  readonly minExperts: number
  readonly maxExperts: number
  readonly lambda: LambdaKind
  readonly parameters: readonly MethodParameter[]
  /** Whether it takes λ for single tensors. */
  readonly takesTensorLambda: boolean
  /** Whether it takes the Fisher information of each expert. */
  readonly takesFisher: boolean
  /** Whether it mixes adapters, into an adapter: that is for `buildAdapterSoup`. */
  readonly mixesAdapters: boolean
}

const SCALE: MethodParameter = {
  name: 'scale',
  summary: 'factor of the mixed change',
  default: 1,
  min: -1e6,
  max: 1e6,
  isWhole: false
}

const SEED: MethodParameter = {
  name: 'seed',
  summary: 'what the masks are drawn from',
  default: 0,
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  isWhole: true
}

const NORMALIZE: MethodParameter = {
  name: 'normalize',
  summary: '1: mean of the changes that agree; 0: their sum',
  default: 1,
  min: 0,
  max: 1,
  isWhole: true
}

/** The papers' own densities differ: TIES keeps 20 %, DARE drops 90 %. */
function density(usual: number): MethodParameter {
  return {
    name: 'density',
    summary: 'part of the changes that is kept',
    default: usual,
    min: LEAST_DENSITY,
    max: 1,
    isWhole: false
  }
}

const ANY_NUMBER = {
  minExperts: 1,
  maxExperts: MAX_EXPERTS,
  parameters: [],
  takesTensorLambda: false,
  takesFisher: false,
  mixesAdapters: false
} as const

/** Name of a method that mixes adapters into an adapter. */
export type AdapterMethodName = 'product' | 'factors'

/** Name of a method that mixes weights. */
export type WeightMethodName =
  | 'linear'
  | 'uniform'
  | 'wise'
  | 'task-arithmetic'
  | 'slerp'
  | 'ties'
  | 'dare-linear'
  | 'dare-ties'
  | 'fisher'
  | 'median'
  | 'trimmed-mean'

/** Name of a method. */
export type MethodName = WeightMethodName | AdapterMethodName

/** Every merging operator by its name, those of adapters last. */
export const METHODS: Readonly<Record<MethodName, Method>> = {
  linear: {
    ...ANY_NUMBER,
    summary: 'base plus λ-weighted deltas: the rewarded soup',
    lambda: 'extrapolate',
    takesTensorLambda: true
  },
  uniform: { ...ANY_NUMBER, summary: 'mean of the experts', lambda: 'none' },
  wise: {
    ...ANY_NUMBER,
    summary: 'between the base and one expert, λ of the way',
    maxExperts: 1,
    lambda: 'unit'
  },
  'task-arithmetic': {
    ...ANY_NUMBER,
    summary: 'base plus scaled deltas; a negative λ takes away',
    lambda: 'free',
    parameters: [SCALE]
  },
  slerp: {
    ...ANY_NUMBER,
    summary: 'along the arc between two experts, tensor by tensor',
    minExperts: 2,
    maxExperts: 2,
    lambda: 'simplex'
  },
  ties: {
    ...ANY_NUMBER,
    summary: 'largest changes only, and of those the ones whose sign wins',
    lambda: 'extrapolate',
    parameters: [density(0.2), SCALE, NORMALIZE]
  },
  'dare-linear': {
    ...ANY_NUMBER,
    summary: 'changes dropped at random, the rest scaled up and added',
    lambda: 'extrapolate',
    parameters: [density(0.1), SEED, SCALE]
  },
  'dare-ties': {
    ...ANY_NUMBER,
    summary: 'changes dropped at random, and of the rest the ones whose sign wins',
    lambda: 'extrapolate',
    parameters: [density(0.1), SEED, SCALE, NORMALIZE]
  },
  fisher: {
    ...ANY_NUMBER,
    summary: 'each parameter weighted by how much it matters to its expert',
    lambda: 'simplex',
    parameters: [
      {
        name: 'epsilon',
        summary: 'least Fisher information that counts',
        default: LEAST_EPSILON,
        min: LEAST_EPSILON,
        max: 1e6,
        isWhole: false
      }
    ],
    takesFisher: true
  },
  median: {
    ...ANY_NUMBER,
    summary: 'median of the experts, parameter by parameter',
    lambda: 'none'
  },
  'trimmed-mean': {
    ...ANY_NUMBER,
    summary: 'mean of the experts without the extremes, parameter by parameter',
    lambda: 'none',
    parameters: [
      {
        name: 'trim',
        summary: 'part of the experts that is left out at either end',
        default: 0.2,
        min: 0,
        max: MAX_TRIM,
        isWhole: false
      }
    ]
  },
  product: {
    ...ANY_NUMBER,
    summary: 'of adapters, exact: one adapter whose rank is the sum of theirs',
    lambda: 'extrapolate',
    parameters: [
      {
        name: 'rank',
        summary: 'cut to this rank, with the error told',
        default: undefined,
        min: 1,
        max: MAX_CHOSEN_RANK,
        isWhole: true
      }
    ],
    mixesAdapters: true
  },
  factors: {
    ...ANY_NUMBER,
    summary:
      "of adapters of equal rank and α/r, A and B averaged by themselves, as the paper's code does",
    lambda: 'extrapolate',
    mixesAdapters: true
  }
}

/** Tells whether there is a method of this name. */
export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name)
}

/** Tells whether this is a method that mixes adapters into an adapter. */
export function isAdapterMethod(name: string): name is AdapterMethodName {
  return isMethod(name) && METHODS[name].mixesAdapters
}

/**
 * The name of a method, in a type.
 *
 * @throws {SoupBuildError} `SOUP_METHOD` where there is none of this name
 */
export function methodName(name: string): MethodName {
  if (isMethod(name)) return name
  const known = Object.keys(METHODS).join(', ')
  throw new SoupBuildError(
    'SOUP_METHOD',
    `there is no method ${JSON.stringify(name)}, expected one of ${known}`,
    { details: { method: name } }
  )
}

/**
 * All parameters of a method: those given, and the defaults of the others, so that a recipe can hold them.
 *
 * @returns in the method's own order, without those that have no default and aren't given
 * @throws {SoupBuildError} `SOUP_PARAMETER` for one that the method doesn't have, and for a value out of its range
 */
export function methodParameters(
  method: MethodName,
  given: Readonly<Record<string, number>> = {}
): Record<string, number> {
  const { parameters } = METHODS[method]
  const names = parameters.map(({ name }) => name)
  const unknown = Object.keys(given).find(name => !names.includes(name))
  if (unknown !== undefined) {
    const known = names.length === 0 ? 'none' : names.join(', ')
    throw refuse(method, unknown, `isn't a parameter of ${method}, which has ${known}`)
  }
  const values: Record<string, number> = {}
  for (const parameter of parameters) {
    const value = parameterValue(method, parameter, given)
    if (value !== undefined) values[parameter.name] = value
  }
  return values
}

function parameterValue(
  method: MethodName,
  { name, min, max, isWhole, default: usual }: MethodParameter,
  given: Readonly<Record<string, number>>
): number | undefined {
  const value = Object.hasOwn(given, name) ? given[name]! : usual
  if (value === undefined) return undefined
  const isFit = value >= min && value <= max && (!isWhole || Number.isInteger(value))
  if (isFit) return value
  const kind = isWhole ? 'a whole number' : 'a number'
  throw refuse(method, name, `is ${value}, expected ${kind} from ${min} to ${max}`)
}

function refuse(method: MethodName, parameter: string, problem: string): SoupBuildError {
  return new SoupBuildError('SOUP_PARAMETER', `${JSON.stringify(parameter)} ${problem}`, {
    details: { method, parameter, problem }
  })
}
