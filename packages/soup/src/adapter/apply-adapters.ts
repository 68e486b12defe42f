import { checkAdapterFits, isTransposed } from '@soup/delta'
import {
  type Checkpoint,
  isFloatDtype,
  matrix,
  rowMajor,
  tensorInfo,
  transpose
} from '@soup/tensor'
import { checkLambda } from '../lambda.ts'
import { linearSoup } from '../linear-soup.ts'
import type { SoupInit } from '../soup-checkpoint.ts'
import { type TensorLambda, tensorLambdas } from '../tensor-lambda.ts'
import { savedSoup } from './saved-soup.ts'
import {
  type AdapterIngredient,
  type AdaptersAt,
  biasTerms,
  type ModuleTerm,
  moduleTerms,
  stackA,
  stackB,
  sumBiases
} from './terms.ts'
import { type UpdateFactors, updatedTensor } from './updated-tensor.ts'

/** What {@link applyAdapters} is made of. */
export interface ApplyAdaptersInit extends SoupInit {
  /** The adapters, in the recipe's order, which decides about the last bit. */
  adapters: readonly AdapterIngredient[]
  /** λ of single tensors of the base, instead of the adapters'; the first rule that matches counts. */
  tensorLambda?: readonly TensorLambda[] | undefined
  /** Whether λ may leave the simplex. */
  extrapolate?: boolean | undefined
}

/** Loads the factors of one tensor's update. */
type Load = () => Promise<UpdateFactors>

/**
 * The soup of low-rank adapters over their base, merged into its weights:
 *
 *     θ(λ) = θ₀ + Σᵢ λᵢ · sᵢ · Bᵢ·Aᵢ
 *
 * (LoRA, arXiv 2106.09685; with one adapter and λ = 1 its own merged model). The factors are decoded to f32, λᵢ·sᵢ·Bᵢ is
 * rounded to f32, and the terms of all ranks are summed in f32 in the order of the adapters, 256 ranks at a time from 0
 * (`addProduct`); then θ₀ is added and the sum rounded once. Where nothing is added θ₀ stays bit for bit. Biases change
 * likewise; what adapters replace (`modules_to_save`) is the linear soup of its replacements, where an adapter without
 * one counts as the base. The same adapters and λ give the same bytes on every machine, and so does their
 * {@link productSoup} with λ = 1, as long as it is kept in F32 and saved tensors in their dtype.
 *
 * @returns a checkpoint without metadata, computed as it is read, from any offset unless something it reads whole is
 *   sequential; memory is that of one module's factors, a row block and a few kernel blocks. Reading throws
 *   {@link SoupBuildError} `SOUP_NOT_FLOAT` for a saved tensor that differs and isn't of float dtype
 * @throws {SoupBuildError} `SOUP_LAMBDA` as {@link checkLambda}; `SOUP_GLOB` as `linearSoup`; `SOUP_ADAPTERS` when two
 *   adapters change a weight in different ways; `SOUP_DTYPE`
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`: as `checkAdapterFits`
 */
export function applyAdapters(init: ApplyAdaptersInit): Checkpoint {
  const { base, adapters } = init
  const lambda = adapters.map(ingredient => ingredient.lambda)
  checkLambda(lambda, init)
  for (const { adapter } of adapters) checkAdapterFits(base, adapter)
  const at = adaptersAt(init)
  const updates = updatesOf(moduleTerms(adapters, at), biasTerms(adapters, at))
  const copy = linearSoup({ ...init, ingredients: [], tensorLambda: [], extrapolate: true })
  const saved = savedSoup({
    base,
    adapters,
    at,
    // What another adapter updates is rounded after that.
    dtype: name => {
      const { dtype } = tensorInfo(copy, name)
      if (!isFloatDtype(dtype)) return undefined
      return updates.has(name) ? 'F32' : dtype
    }
  })
  const load = rememberLast(updates)
  const isSaved = (name: string) => saved.tensors.has(name)
  return {
    ...copy,
    isSequential: base.isSequential || saved.isSequential,
    open: (name, offset = 0) => {
      const source = isSaved(name) ? saved : base
      if (!updates.has(name)) return (isSaved(name) ? saved : copy).open(name, offset)
      const [input, output] = [tensorInfo(source, name), tensorInfo(copy, name)]
      return updatedTensor({ source, input, output, factors: () => load(name) }, offset)
    }
  }
}

/** The adapters with the λ of the rule that counts for a tensor, or with their own. */
function adaptersAt({
  base,
  adapters,
  tensorLambda = [],
  ...options
}: ApplyAdaptersInit): AdaptersAt {
  const floats = [...base.tensors.values()].filter(({ dtype }) => isFloatDtype(dtype))
  const names = floats.map(({ name }) => name)
  const rules = new Map<string, readonly AdapterIngredient[]>()
  const weighted = new Map<readonly number[], readonly AdapterIngredient[]>()
  for (const [name, lambda] of tensorLambdas(tensorLambda, names, adapters.length, options)) {
    const list =
      weighted.get(lambda) ?? adapters.map((each, i) => ({ ...each, lambda: lambda[i]! }))
    weighted.set(lambda, list)
    rules.set(name, list)
  }
  return tensor => rules.get(tensor) ?? adapters
}

/** How to load the update of each tensor of the base that adapters change. */
function updatesOf(
  modules: ReadonlyMap<string, readonly ModuleTerm[]>,
  biases: ReadonlyMap<string, readonly ModuleTerm[]>
): Map<string, Load> {
  const updates = new Map<string, Load>()
  for (const [weight, terms] of modules) updates.set(weight, () => weightFactors(terms))
  for (const [bias, terms] of biases) updates.set(bias, () => biasFactors(terms))
  return updates
}

async function weightFactors(terms: readonly ModuleTerm[]): Promise<UpdateFactors> {
  const [a, b] = [await stackA(terms), await stackB(terms)]
  return isTransposed(terms[0]!.module)
    ? { left: transpose(a), right: rowMajor(transpose(b)) }
    : { left: b, right: a }
}

/** A bias is a row that is added once. */
async function biasFactors(terms: readonly ModuleTerm[]): Promise<UpdateFactors> {
  const sum = await sumBiases(terms)
  return { left: matrix(1, 1, Float32Array.of(1)), right: matrix(1, sum.length, sum) }
}

/** Keeps what was loaded last: a tensor is read in many parts, one tensor after the other. */
function rememberLast(
  updates: ReadonlyMap<string, Load>
): (name: string) => Promise<UpdateFactors> {
  let last: { name: string; factors: Promise<UpdateFactors> } | undefined
  return name => {
    if (last?.name === name) return last.factors
    const factors = updates.get(name)!()
    last = { name, factors }
    factors.catch(() => {
      if (last?.factors === factors) last = undefined
    })
    return factors
  }
}
