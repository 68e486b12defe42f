import { TensorError } from '../errors.ts'
import { MAX_CORE_RANK } from '../limits.ts'
import type { Columns } from './columns.ts'
import { type Matrix, matrix } from './matrix.ts'
import { thinQr } from './qr.ts'
import { jacobiSvd } from './svd.ts'

/** The best factors of some rank of a product, and all its singular values. */
export interface TruncatedProduct {
  /** `[m, rank]`, row-major: U·√Σ. */
  readonly b: Matrix
  /** `[rank, n]`, row-major: √Σ·Vᵀ. */
  readonly a: Matrix
  /** Singular values of the whole product, largest first. */
  readonly sigma: Float64Array
}

/**
 * Truncates a product X·Yᵀ of thin matrices to the factors B·A of some rank that are nearest to it in the Frobenius
 * norm (Eckart and Young 1936), without forming it: X = Q_X·R_X, Y = Q_Y·R_Y, and the SVD of the small core
 * R_X·R_Yᵀ = U·Σ·Vᵀ, in f64. The singular values are shared evenly, √σ to each side, and rounded to f32 at the end.
 *
 * The element of largest magnitude in each column of B, the first of them, is positive: so the factors, too, are the
 * same whenever the product is.
 *
 * @param x `[m, k]`, finite; overwritten
 * @param y `[n, k]`, finite; overwritten
 * @param rank of the result, at least 1; no more than min(m, n, k) counts
 * @throws {TensorError} `TRUNCATION_TOO_LARGE` as {@link requireCoreRank} of k
 */
export function truncateProduct(x: Columns, y: Columns, rank: number): TruncatedProduct {
  requireCoreRank('a module', x.length)
  const [left, right] = [thinQr(x), thinQr(y)]
  const { u, sigma, v } = jacobiSvd(timesTransposed(left.r, right.r))
  const size = Math.min(rank, left.q.length, right.q.length)
  const b = matrix(x[0]!.length, size)
  const a = matrix(size, y[0]!.length)
  for (let k = 0; k < size; k++) {
    const root = Math.sqrt(sigma[k]!)
    const column = combine(left.q, u[k]!)
    const row = combine(right.q, v[k]!)
    const scale = isLargestNegative(column) ? -root : root
    column.forEach((value, i) => {
      b.values[i * size + k] = scale * value
    })
    row.forEach((value, j) => {
      a.values[k * a.columns + j] = scale * value
    })
  }
  return { b, a, sigma: sigma.slice(0, Math.min(left.q.length, right.q.length)) }
}

/**
 * Refuses factors whose truncation would take hours.
 *
 * @param module what to call them in an error
 * @param rank k of `[m, k]` and `[n, k]`: of adapters that are mixed the sum of their ranks
 * @throws {TensorError} `TRUNCATION_TOO_LARGE` past {@link MAX_CORE_RANK}
 */
export function requireCoreRank(module: string, rank: number): void {
  if (rank <= MAX_CORE_RANK) return
  throw new TensorError(
    'TRUNCATION_TOO_LARGE',
    `the factors of ${module} have rank ${rank} together, at most ${MAX_CORE_RANK} can be truncated: mix fewer adapters, or use product without a rank; if a rank is extracted, choose a lower one`,
    { details: { module, rank, maxRank: MAX_CORE_RANK } }
  )
}

/** X·Yᵀ of small matrices. */
function timesTransposed(x: Columns, y: Columns): Columns {
  return Array.from(y[0]!, (_, j) =>
    combine(
      x,
      y.map(column => column[j]!)
    )
  )
}

/** Σₖ cₖ·xₖ, for as many columns as there are coefficients. */
function combine(x: Columns, coefficients: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const sum = new Float64Array(x[0]!.length)
  for (const [k, column] of x.entries()) {
    const factor = coefficients[k]!
    for (let i = 0; i < sum.length; i++) sum[i]! += factor * column[i]!
  }
  return sum
}

function isLargestNegative(column: Float64Array): boolean {
  let largest = 0
  for (const value of column) if (Math.abs(value) > Math.abs(largest)) largest = value
  return largest < 0
}
