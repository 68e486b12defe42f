import type { Columns } from './columns.ts'

/** X = U·diag(σ)·Vᵀ. */
export interface Svd {
  /** `[m, n]`: orthonormal columns where σ > 0, zeros where σ = 0. */
  readonly u: Columns
  /** n singular values, largest first. */
  readonly sigma: Float64Array
  /** `[n, n]`, orthogonal. */
  readonly v: Columns
}

/**
 * Cosine of two columns below which they count as orthogonal, times √m for columns of m elements: the rounding of their
 * inner product.
 */
const TOLERANCE = 2 ** -51

/** Most sweeps over all pairs: convergence is quadratic, matrices of some hundreds need ten. */
const MAX_SWEEPS = 60

/**
 * The singular value decomposition by one-sided Jacobi rotations in f64 (Hestenes 1958; Demmel and Veselić 1992, SIAM J.
 * Matrix Anal. Appl. 13): pairs of columns are rotated until all are orthogonal. Small singular values are as exact
 * as large ones.
 *
 * Only +, −, ×, ÷ and √ in a fixed order, which IEEE 754 rounds alike on every machine.
 *
 * @param x `[m, n]`, finite, m and n up to some hundreds; overwritten
 * @returns fresh matrices; some 60·m·n² operations
 */
export function jacobiSvd(x: Columns): Svd {
  const v = x.map((_, j) => {
    const unit = new Float64Array(x.length)
    unit[j] = 1
    return unit
  })
  for (let sweep = 0, isDone = false; !isDone && sweep < MAX_SWEEPS; sweep++) {
    isDone = true
    for (let p = 0; p < x.length; p++) {
      for (let q = p + 1; q < x.length; q++) isDone = !orthogonalise(x, v, p, q) && isDone
    }
  }
  const sigma = x.map(norm)
  const order = sigma.map((_, j) => j).sort((a, b) => sigma[b]! - sigma[a]! || a - b)
  return {
    u: order.map(j => x[j]!.map(value => (sigma[j] === 0 ? 0 : value / sigma[j]!))),
    sigma: Float64Array.from(order, j => sigma[j]!),
    v: order.map(j => v[j]!)
  }
}

/** Rotates two columns until they are orthogonal. @returns whether there was anything to do */
function orthogonalise(x: Columns, v: Columns, p: number, q: number): boolean {
  const [a, b] = [x[p]!, x[q]!]
  let [alpha, beta, gamma] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    alpha += a[i]! * a[i]!
    beta += b[i]! * b[i]!
    gamma += a[i]! * b[i]!
  }
  const least = TOLERANCE * Math.sqrt(a.length) * Math.sqrt(alpha) * Math.sqrt(beta)
  if (Math.abs(gamma) <= least) return false
  const zeta = (beta - alpha) / (2 * gamma)
  const sign = zeta < 0 ? -1 : 1
  const tangent = sign / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
  const cosine = 1 / Math.sqrt(1 + tangent * tangent)
  rotate(a, b, cosine, cosine * tangent)
  rotate(v[p]!, v[q]!, cosine, cosine * tangent)
  return true
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < a.length; i++) {
    const [left, right] = [a[i]!, b[i]!]
    a[i] = cosine * left - sine * right
    b[i] = sine * left + cosine * right
  }
}

function norm(column: Float64Array): number {
  let sum = 0
  for (const value of column) sum += value * value
  return Math.sqrt(sum)
}
