import {
  type AffineDtype,
  affine,
  type Block,
  type Checkpoint,
  FLOAT_DTYPES,
  type FloatDtype,
  firstDifference,
  floatBytes,
  floatCodec,
  isAffineDtype,
  isFloatDtype,
  type TensorInfo,
  tensorBytes
} from '@soup/tensor'
import { combine } from './combine.ts'
import { SoupBuildError } from './errors.ts'
import { checkLambda, sum, sumsToOne } from './lambda.ts'
import { type PointwiseTensor, pointwise } from './pointwise.ts'
import { equalTensor, valuesTensor } from './tensors.ts'

/** An expert and its coefficient. */
export interface Ingredient {
  /** What to call the expert in an error: its id or path. */
  name: string
  /** The expert: the same tensors as the base, by name, dtype and shape. Stays the caller's. */
  checkpoint: Checkpoint
  /** λᵢ. */
  lambda: number
}

/** What {@link linearSoup} is made of. */
export interface LinearSoupInit {
  /** θ₀. Stays the caller's. */
  base: Checkpoint
  /** The experts, in the recipe's order, which decides about the last bit. */
  ingredients: readonly Ingredient[]
  /** What float tensors are rounded to; each keeps its own dtype unless given. */
  dtype?: FloatDtype | undefined
  /** Whether λ may leave the simplex. */
  extrapolate?: boolean | undefined
}

/** A summand of the affine combination that a soup is: coefficients of all terms sum to 1. */
interface Term {
  name: string
  checkpoint: Checkpoint
  lambda: number
}

/**
 * The rewarded soup
 *
 *     θ(λ) = θ₀ + Σᵢ λᵢ · (θᵢ − θ₀)
 *
 * (rewarded soups, arXiv 2306.04488, and task arithmetic for λ off the simplex), computed as the same
 * affine combination around another reference:
 *
 *     θ(λ) = θ_r + Σ_{i≠r} λᵢ · (θᵢ − θ_r)
 *
 * With Σλ = 1 (within `LAMBDA_SUM_TOLERANCE`; r takes up what is left) the base cancels out: r is the
 * first expert with λ ≠ 0 and the base isn't read. Only so are these exact, bit for bit: one expert
 * with λ = 1 is that expert, experts that agree give what they agree on, and what no expert changed is
 * the base's. In floating point θ₀ + (θᵢ − θ₀) is not θᵢ, nor is Σλᵢ·θ always θ. With any other Σλ, r is
 * the base. Experts with λ = 0 aren't read.
 *
 * Floats are decoded to f32, combined in f32 in the order of the ingredients and rounded once to the
 * output's dtype; only an F64 tensor that stays F64 is combined in f64, for f32 can't hold its values.
 * Tensors of other dtypes must be equal in all terms.
 *
 * @returns a checkpoint without metadata, so that its file depends on tensors and λ alone. It is computed
 *   as it is read; memory is bounded by a few pieces a term. Reading throws {@link SoupBuildError}
 *   `SOUP_NOT_FLOAT` for a tensor that differs between terms and isn't of float dtype
 * @throws {SoupBuildError} `SOUP_LAMBDA` as {@link checkLambda}; `SOUP_MISMATCH` when an ingredient's
 *   tensors aren't the base's; `SOUP_DTYPE` when the output dtype isn't one to compute in
 */
export function linearSoup(init: LinearSoupInit): Checkpoint {
  const { base, ingredients, dtype } = init
  checkLambda(
    ingredients.map(({ lambda }) => lambda),
    init
  )
  if (dtype !== undefined && !isFloatDtype(dtype)) throw wrongDtype(dtype)
  for (const ingredient of ingredients) requireSameTensors(base, ingredient)
  const terms = affineTerms(base, ingredients)
  const tensors = new Map([...base.tensors].map(([name, info]) => [name, outputInfo(info, dtype)]))
  return pointwise({
    name: 'soup',
    inputs: base.tensors,
    tensors,
    isSequential: terms.some(({ checkpoint }) => checkpoint.isSequential),
    tensor: name => linearTensor(terms, base.tensors.get(name)!, tensors.get(name)!)
  })
}

/** Drops what doesn't count; adds the base where the experts' coefficients leave it something. */
function affineTerms(base: Checkpoint, ingredients: readonly Ingredient[]): Term[] {
  const lambda = ingredients.map(ingredient => ingredient.lambda)
  const experts = ingredients.filter(ingredient => ingredient.lambda !== 0)
  if (sumsToOne(lambda)) return experts
  return [{ name: base.name, checkpoint: base, lambda: 1 - sum(lambda) }, ...experts]
}

function outputInfo(info: TensorInfo, dtype?: FloatDtype): TensorInfo {
  if (dtype === undefined || !isFloatDtype(info.dtype)) return info
  const sizeBytes = tensorBytes(dtype, info.shape)
  if (sizeBytes === undefined) throw new RangeError(`${dtype}[${info.shape}] is too large`)
  return { ...info, dtype, sizeBytes }
}

function linearTensor(
  terms: readonly Term[],
  input: TensorInfo,
  output: TensorInfo
): PointwiseTensor {
  const [from, to] = [input.dtype, output.dtype]
  const checkpoints = terms.map(({ checkpoint }) => checkpoint)
  if (!isFloatDtype(from) || !isFloatDtype(to)) return equalTensor(terms, input)
  const lambda = terms.map(term => term.lambda)
  if (from === to && isAffineDtype(from)) return fusedTensor(checkpoints, lambda, from)
  return valuesTensor(checkpoints, from, to, (values, out, length) => {
    const sizeBytes = length * 4
    if (!affine('F32', values, lambda, out, sizeBytes)) {
      mixExceptional(values, lambda, 'F32', out, sizeBytes)
    }
  })
}

/** Computed by one kernel from stored elements to stored elements. */
function fusedTensor(
  terms: readonly Checkpoint[],
  lambda: readonly number[],
  dtype: AffineDtype
): PointwiseTensor {
  return {
    terms,
    combine: (inputs, out, length) => {
      const sizeBytes = length * floatBytes(dtype)
      if (!affine(dtype, inputs, lambda, out, sizeBytes)) {
        mixExceptional(inputs, lambda, dtype, out, sizeBytes)
      }
    }
  }
}

/** A block with elements that aren't finite. */
function mixExceptional(
  inputs: readonly Block[],
  lambda: readonly number[],
  dtype: AffineDtype,
  out: Block,
  sizeBytes: number
): void {
  const pieces = inputs.map(({ bytes }) => bytes.slice(0, sizeBytes))
  if (dtype === 'F64') {
    const result = combine(
      pieces.map(({ buffer }) => new Float64Array(buffer)),
      lambda
    )
    out.bytes.set(new Uint8Array(result.buffer))
  } else {
    const { decode, encode } = floatCodec(dtype)
    out.bytes.set(encode(combine(pieces.map(decode), lambda)))
  }
}

function requireSameTensors(base: Checkpoint, { name, checkpoint }: Ingredient): void {
  const difference = firstDifference(base.tensors, checkpoint.tensors)
  if (difference === undefined) return
  const { tensor, problem } = difference
  throw new SoupBuildError(
    'SOUP_MISMATCH',
    `${name} doesn't fit the base ${base.name}: tensor ${JSON.stringify(tensor)} ${problem}`,
    { details: { base: base.name, ingredient: name, tensor, problem } }
  )
}

function wrongDtype(dtype: string): SoupBuildError {
  return new SoupBuildError(
    'SOUP_DTYPE',
    `a soup can't be rounded to ${dtype}, expected one of ${FLOAT_DTYPES}`,
    { details: { dtype } }
  )
}
