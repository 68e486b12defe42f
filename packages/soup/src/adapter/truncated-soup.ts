import { type LoraAdapter, type LoraModule, type ModuleError, spooledTensors } from '@soup/delta'
import type { ProgressOptions } from '@soup/interface'
import { requireCoreRank, type Spool, toColumns, transpose, truncateProduct } from '@soup/tensor'
import { SoupBuildError } from '../errors.ts'
import { type AdapterSoupInit, checkedTerms, soupModule, withSaved } from './adapter-soup.ts'
import { type ModuleTerm, stackA, stackB, sumBiases, totalRank } from './terms.ts'

/** What {@link truncatedSoup} is made of. */
export interface TruncatedSoupInit extends AdapterSoupInit {
  /** r of every module, but for modules whose update has a lower one. */
  rank: number
}

/** A soup of adapters, and what was cut off. */
export interface TruncatedSoup {
  readonly adapter: LoraAdapter
  /** The errors of truncation, before factors are rounded to a dtype below F32. */
  readonly modules: readonly ModuleError[]
  /** √Σ‖ΔW − ΔW_r‖²_F / √Σ‖ΔW‖²_F over all modules, 0 where nothing is added. */
  readonly relativeError: number
}

/**
 * The soup of low-rank adapters, truncated to one adapter of rank r: no adapter of this rank is nearer to Σᵢ λᵢ·sᵢ·Bᵢ·Aᵢ
 * in the Frobenius norm of any module (Eckart–Young). By QR of the concatenated factors and an SVD of the small core
 * between them ({@link truncateProduct}); no dense update is formed. Scaling is 1. What adapters save whole, and biases,
 * are mixed linearly as in {@link productSoup}.
 *
 * @param spool takes the factors; stays the caller's, to be closed after the adapter was read
 * @throws {SoupBuildError} `SOUP_LAMBDA`, `SOUP_ADAPTERS`, before any data is read; `ADAPTER_NOT_FINITE` for factors
 *   that hold infinities or NaN
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`, before any data is read
 * @throws {TensorError} `TRUNCATION_TOO_LARGE`, before any data is read
 * @throws {RangeError} for a rank that is no positive integer
 */
export async function truncatedSoup(
  init: TruncatedSoupInit,
  spool: Spool,
  options: ProgressOptions = {}
): Promise<TruncatedSoup> {
  if (!Number.isSafeInteger(init.rank) || init.rank < 1) {
    throw new RangeError(`rank ${init.rank} is not 1 or more`)
  }
  const gathered = [...checkedTerms(init).values()]
  for (const terms of gathered) requireCoreRank(terms[0]!.module.name, totalRank(terms))
  const factors = spooledTensors(spool, init.dtype ?? 'F32')
  // Whatever is refused is refused before the work.
  withSaved(init, factors.checkpoint('adapter soup'), [])
  const modules: LoraModule[] = []
  const errors: ModuleError[] = []
  for (const [done, terms] of gathered.entries()) {
    options.signal?.throwIfAborted()
    report(options, done, gathered.length)
    const { a, b, sigma } = await truncate(terms, init.rank)
    const module = soupModule(terms, a.rows)
    await factors.add(module.a, [a.rows, a.columns], a.values)
    await factors.add(module.b, [b.rows, b.columns], b.values)
    if (module.bias !== undefined) await factors.add(module.bias, [b.rows], await sumBiases(terms))
    modules.push(module)
    errors.push(errorOf(module, sigma))
  }
  report(options, gathered.length, gathered.length)
  const adapter = withSaved(init, factors.checkpoint('adapter soup'), modules)
  return { adapter, modules: errors, relativeError: totalError(errors) }
}

function report(options: ProgressOptions, done: number, total: number): void {
  options.onProgress?.({ stage: 'truncate adapters', done, total, unit: 'tensors' })
}

async function truncate(
  terms: readonly ModuleTerm[],
  rank: number
): Promise<ReturnType<typeof truncateProduct>> {
  const [a, b] = [await stackA(terms), await stackB(terms)]
  for (const { values } of [a, b]) {
    if (!values.every(Number.isFinite)) throw notFinite(terms[0]!.module.name)
  }
  return truncateProduct(toColumns(b), toColumns(transpose(a)), rank)
}

function errorOf({ name, rank }: LoraModule, sigma: Float64Array): ModuleError {
  const norm = Math.sqrt(squares(sigma))
  const cut = Math.sqrt(squares(sigma.subarray(rank)))
  return { module: name, rank, norm, relativeError: norm === 0 ? 0 : cut / norm }
}

function totalError(errors: readonly ModuleError[]): number {
  const norm = Math.sqrt(squares(errors.map(error => error.norm)))
  const cut = Math.sqrt(squares(errors.map(error => error.norm * error.relativeError)))
  return norm === 0 ? 0 : cut / norm
}

function squares(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!
  return sum
}

function notFinite(module: string): SoupBuildError {
  return new SoupBuildError(
    'ADAPTER_NOT_FINITE',
    `the factors of module ${JSON.stringify(module)} hold infinities or NaN: they have no truncation`,
    { details: { module } }
  )
}
