import type { AbortOptions } from '@soup/interface'
import {
  affineCombination,
  type Checkpoint,
  exactPieces,
  type FloatDtype,
  firstDifference,
  floatCodec,
  isFloatDtype,
  isKernelDtype,
  readInStep,
  type TensorInfo,
  tensorBytes
} from '@soup/tensor'
import { combine } from './combine.ts'
import { SoupBuildError } from './errors.ts'
import { checkLambda, sum, sumsToOne } from './lambda.ts'

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
  return {
    name: 'soup',
    metadata: new Map(),
    tensors,
    read: (name, options) => {
      const [input, output] = [base.tensors.get(name), tensors.get(name)]
      if (!input || !output) throw new RangeError(`the soup has no tensor ${JSON.stringify(name)}`)
      const pieces = combineTensor(terms, input, output, options)
      return input.dtype === output.dtype ? pieces : exactPieces(pieces)
    },
    close: () => Promise.resolve()
  }
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

async function* combineTensor(
  terms: readonly Term[],
  { name, dtype: from }: TensorInfo,
  { dtype: to }: TensorInfo,
  options?: AbortOptions
): AsyncGenerator<Uint8Array> {
  const checkpoints = terms.map(({ checkpoint }) => checkpoint)
  const lambda = terms.map(term => term.lambda)
  for await (const pieces of readInStep(checkpoints, name, options)) {
    const reference = pieces[0]!
    const odd = pieces.findIndex(piece => Buffer.compare(piece, reference) !== 0)
    if (odd < 0 && from === to) yield reference
    else if (isFloatDtype(from) && isFloatDtype(to)) yield combinePieces(pieces, lambda, from, to)
    else throw notFloat(terms[0]!, terms[odd]!, name, from)
  }
}

function combinePieces(
  pieces: readonly Uint8Array[],
  lambda: readonly number[],
  from: FloatDtype,
  to: FloatDtype
): Uint8Array {
  if (from === 'F64' && to === 'F64') {
    const terms = pieces.map(piece => new Float64Array(new Uint8Array(piece).buffer))
    return new Uint8Array(combine(terms, lambda).buffer)
  }
  if (from === to && isKernelDtype(from)) {
    const fast = affineCombination(from, pieces, lambda)
    if (fast !== undefined) return fast
  }
  const terms = pieces.map(piece => floatCodec(from).decode(piece))
  return floatCodec(to).encode(combine(terms, lambda))
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

function notFloat(first: Term, other: Term, tensor: string, dtype: string): SoupBuildError {
  return new SoupBuildError(
    'SOUP_NOT_FLOAT',
    `tensor ${JSON.stringify(tensor)} differs between ${first.name} and ${other.name}, and ${dtype} can't be mixed (F16, BF16, F32 and F64 can)`,
    { details: { tensor, dtype, ingredients: [first.name, other.name] } }
  )
}

function wrongDtype(dtype: string): SoupBuildError {
  return new SoupBuildError(
    'SOUP_DTYPE',
    `a soup can't be rounded to ${dtype}, expected F16, BF16, F32 or F64`,
    { details: { dtype } }
  )
}
