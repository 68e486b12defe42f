import type { Columns } from './columns.ts'

/** X = Q·R with orthonormal columns of Q and an upper triangular R. */
export interface ThinQr {
  /** `[m, p]` with p = min(m, n). */
  readonly q: Columns
  /** `[p, n]`. */
  readonly r: Columns
}

/**
 * The thin QR factorisation by Householder reflections in f64 (Golub and Van Loan, Matrix Computations, 5.2): Q is
 * orthonormal to rounding whatever the rank of X.
 *
 * Only +, −, ×, ÷ and √ in a fixed order, which IEEE 754 rounds alike on every machine.
 *
 * @param x `[m, n]`, finite; overwritten
 * @returns fresh matrices; 4·m·p·n operations
 */
export function thinQr(x: Columns): ThinQr {
  const rows = x[0]?.length ?? 0
  const size = Math.min(rows, x.length)
  const scales = new Float64Array(size)
  const r = x.map(() => new Float64Array(size))
  for (let k = 0; k < size; k++) {
    const column = x[k]!
    const [scale, diagonal] = reflector(column, k)
    scales[k] = scale
    for (let j = k + 1; j < x.length; j++) reflect(column, scale, x[j]!, k)
    column.forEach((value, i) => {
      if (i < k) r[k]![i] = value
    })
    r[k]![k] = diagonal
  }
  for (let j = size; j < x.length; j++) r[j]!.set(x[j]!.subarray(0, size))
  return { q: formQ(x, scales, rows), r }
}

/**
 * Turns what a column holds from row k on into v, so that I − β·v·vᵀ maps it to a multiple of the first unit vector.
 *
 * @returns β, and that multiple
 */
function reflector(column: Float64Array, k: number): [number, number] {
  const norm = Math.sqrt(dot(column, column, k))
  const head = column[k]!
  if (norm === 0) return [0, 0]
  const diagonal = head > 0 ? -norm : norm
  column[k] = head - diagonal
  return [1 / (norm * (norm + Math.abs(head))), diagonal]
}

/** y ← y − β·v·(vᵀy), from row k on. */
function reflect(v: Float64Array, scale: number, y: Float64Array, k: number): void {
  const factor = -scale * dot(v, y, k)
  for (let i = k; i < y.length; i++) y[i]! += factor * v[i]!
}

/** aᵀb from an element on: four sums that don't wait for one another, in a fixed order. */
function dot(a: Float64Array, b: Float64Array, from: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const end = a.length
  let i = from
  for (; i + 4 <= end; i += 4) {
    s0 += a[i]! * b[i]!
    s1 += a[i + 1]! * b[i + 1]!
    s2 += a[i + 2]! * b[i + 2]!
    s3 += a[i + 3]! * b[i + 3]!
  }
  for (; i < end; i++) s0 += a[i]! * b[i]!
  return s0 + s1 + (s2 + s3)
}

/** Applies the reflections, last one first, to the unit vectors. */
function formQ(x: Columns, scales: Float64Array, rows: number): Columns {
  return Array.from(scales, (_, j) => {
    const column = new Float64Array(rows)
    column[j] = 1
    for (let k = j; k >= 0; k--) reflect(x[k]!, scales[k]!, column, k)
    return column
  })
}
