import {
  biasOf,
  isTransposed,
  type LoraAdapter,
  type LoraModule,
  requireFactorBytes
} from '@soup/delta'
import { type Matrix, matrix, readFloats } from '@soup/tensor'
import { SoupBuildError } from '../errors.ts'

/** An adapter and its coefficient. */
export interface AdapterIngredient {
  /** What to call the adapter in an error: its id or path. */
  name: string
  /** Stays the caller's. */
  adapter: LoraAdapter
  /** λᵢ. */
  lambda: number
}

/** What one adapter adds to one module: λᵢ·sᵢ·Bᵢ·Aᵢ. */
export interface ModuleTerm {
  readonly ingredient: AdapterIngredient
  readonly module: LoraModule
  /** λᵢ·sᵢ. */
  readonly coefficient: number
}

/**
 * The adapters with the coefficients that count for a tensor of the base.
 *
 * @returns all of them, in their order
 */
export type AdaptersAt = (tensor: string) => readonly AdapterIngredient[]

/** Bytes of an f32. */
const BYTES = 4

/**
 * Gathers what the adapters add to each module. Adapters with λ = 0 don't count.
 *
 * @param adapters checked by `checkAdapter`
 * @param at their coefficients for a weight, where these aren't the same for all
 * @returns at least one term a module, in the order of the adapters, by the name of the base's weight
 * @throws {SoupBuildError} `SOUP_ADAPTERS` when adapters change a weight in different ways
 * @throws {DeltaError} `ADAPTER_TOO_LARGE` when their factors would fill the memory together
 */
export function moduleTerms(
  adapters: readonly AdapterIngredient[],
  at: AdaptersAt = () => adapters
): Map<string, ModuleTerm[]> {
  const gathered = gather(adapters, at, ({ weight }) => weight)
  for (const terms of gathered.values()) requireSameForm(terms)
  return gathered
}

/**
 * Gathers what the adapters add to the base's biases.
 *
 * @param adapters checked by `checkAdapterFits`
 * @param at their coefficients for a bias
 * @returns as {@link moduleTerms}, by the name of the base's bias
 */
export function biasTerms(
  adapters: readonly AdapterIngredient[],
  at: AdaptersAt
): Map<string, ModuleTerm[]> {
  return gather(adapters, at, module => (module.bias === undefined ? undefined : biasOf(module)))
}

/** @param tensorOf the base's tensor that a module changes, if any */
function gather(
  adapters: readonly AdapterIngredient[],
  at: AdaptersAt,
  tensorOf: (module: LoraModule) => string | undefined
): Map<string, ModuleTerm[]> {
  const gathered = new Map<string, ModuleTerm[]>()
  for (const [i, { adapter }] of adapters.entries()) {
    for (const module of adapter.modules) {
      const tensor = tensorOf(module)
      if (tensor === undefined) continue
      const ingredient = at(tensor)[i]!
      if (ingredient.lambda === 0) continue
      const term = { ingredient, module, coefficient: ingredient.lambda * module.scaling }
      const terms = gathered.get(tensor)
      if (terms === undefined) gathered.set(tensor, [term])
      else terms.push(term)
    }
  }
  return gathered
}

function requireSameForm(terms: readonly ModuleTerm[]): void {
  const [first, ...others] = terms.map(term => ({ term, form: formOf(term) }))
  for (const { term, form } of others) {
    if (form === first!.form) continue
    throw cannotMix(
      `module ${JSON.stringify(term.module.name)} is ${form} in ${term.ingredient.name}, ${first!.form} in ${first!.term.ingredient.name}`,
      { module: term.module.name }
    )
  }
  const { inner, outer } = sizesOf(terms[0]!)
  requireFactorBytes(terms[0]!.module.name, totalRank(terms) * (inner + outer) * BYTES)
}

function formOf(term: ModuleTerm): string {
  const { inner, outer } = sizesOf(term)
  const kind = term.module.isEmbedding ? 'an embedding' : 'linear'
  return `${kind} from ${inner} to ${outer}${isTransposed(term.module) ? ', transposed' : ''}`
}

/** Lengths of A's rows and of B's columns. */
export function sizesOf({ ingredient, module }: ModuleTerm): { inner: number; outer: number } {
  const { tensors } = ingredient.adapter.checkpoint
  return { inner: tensors.get(module.a)!.shape[1]!, outer: tensors.get(module.b)!.shape[0]! }
}

/** Σr. */
export function totalRank(terms: readonly ModuleTerm[]): number {
  return terms.reduce((sum, { module }) => sum + module.rank, 0)
}

/** The error of adapters that can't be mixed into one. */
export function cannotMix(problem: string, details: Record<string, unknown>): SoupBuildError {
  return new SoupBuildError('SOUP_ADAPTERS', `these adapters can't be mixed: ${problem}`, {
    details: { problem, ...details }
  })
}

/** [A₁; A₂; …], `[Σr, in]`, row-major f32. */
export async function stackA(terms: readonly ModuleTerm[]): Promise<Matrix> {
  const stack = matrix(totalRank(terms), sizesOf(terms[0]!).inner)
  let at = 0
  for (const { ingredient, module } of terms) {
    const values = await readFloats(ingredient.adapter.checkpoint, module.a)
    stack.values.set(values, at)
    at += values.length
  }
  return stack
}

/** [λ₁s₁B₁, λ₂s₂B₂, …], `[out, Σr]`, row-major f32: each product is rounded once. */
export async function stackB(terms: readonly ModuleTerm[]): Promise<Matrix> {
  const stack = matrix(sizesOf(terms[0]!).outer, totalRank(terms))
  let column = 0
  for (const { ingredient, module, coefficient } of terms) {
    const values = await readFloats(ingredient.adapter.checkpoint, module.b)
    for (let row = 0, at = 0; row < stack.rows; row++) {
      const to = row * stack.columns + column
      for (let k = 0; k < module.rank; k++)
        stack.values[to + k] = quiet(coefficient * values[at++]!)
    }
    column += module.rank
  }
  return stack
}

/**
 * Σᵢ λᵢ·sᵢ·biasᵢ in f32, each product and each sum rounded once, in the order of the terms.
 *
 * @returns `[out]`, zeros where no term has a bias
 */
export async function sumBiases(terms: readonly ModuleTerm[]): Promise<Float32Array> {
  const sum = new Float32Array(sizesOf(terms[0]!).outer)
  for (const { ingredient, module, coefficient } of terms) {
    if (module.bias === undefined) continue
    const values = await readFloats(ingredient.adapter.checkpoint, module.bias)
    for (let i = 0; i < sum.length; i++) {
      sum[i] = quiet(sum[i]! + Math.fround(coefficient * values[i]!))
    }
  }
  return sum
}

/**
 * A computed number of which NaN is the positive quiet one, as the kernels have it: which NaN an operation gives differs
 * between processors, and adapters' bytes must not.
 */
export function quiet(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value
}
