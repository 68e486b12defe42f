import {
  addProduct,
  fromColumns,
  type Matrix,
  matrix,
  randomMatrix,
  submatrix,
  thinQr,
  toColumns,
  transpose,
  truncateProduct
} from '@soup/tensor'
import { squaredNorm } from './difference-rows.ts'

/** Columns of the sketch beyond the rank: the surplus that makes failure improbable (Halko et al., section 4.2). */
const OVERSAMPLING = 8

/** Products with ΔᵀΔ that sharpen the sketch: what decays slowly, as fine-tunes do, needs two. */
const POWER_ITERATIONS = 2

/** Factors of a matrix, Δ ≈ B·A, and its norm. */
export interface WeightFactors {
  /** `[m, r]`, row-major. */
  readonly b: Matrix
  /** `[r, n]`, row-major. */
  readonly a: Matrix
  /** ‖Δ‖²_F. */
  readonly squaredNorm: number
}

/** A matrix that is read from its first row to its last, some rows at a time. */
export interface RowStream {
  readonly rows: number
  readonly columns: number
  /** Begins again. @returns matrices of some rows each, row-major */
  read(): AsyncIterable<Matrix>
}

/**
 * Finds factors of rank r that are nearly the nearest to a matrix, by a randomised SVD (Halko, Martinsson and Tropp 2011,
 * arXiv 0909.4061, algorithms 4.4 and 5.1): a random sketch of Δ's row space, sharpened by subspace iteration with ΔᵀΔ,
 * orthonormalised by QR each time; then the truncated SVD of Δ's projection on it.
 *
 * Both products of ΔᵀΔ are taken block by block while Δ passes once, so three passes do what four would. Memory:
 * 12·(r + 8)·(m + n) bytes and a block. The same seed gives the same bytes on every machine.
 *
 * @param stream Δ `[m, n]`
 * @param rank at least 1; no more than min(m, n) counts
 * @param seed of the sketch: an integer in [0, 2³²)
 * @returns undefined where Δ is 0; with a norm that isn't finite, and factors of no use, where Δ isn't
 */
export async function extractWeight(
  stream: RowStream,
  rank: number,
  seed: number
): Promise<WeightFactors | undefined> {
  const { rows, columns } = stream
  const width = sketchWidth(stream, rank)
  let basis = randomMatrix(seed, columns, width)
  let norm = 0
  for (let pass = 0; pass < POWER_ITERATIONS; pass++) {
    const product = matrix(columns, width)
    norm = await addGramProduct(stream, basis, product)
    if (norm === 0) return undefined
    if (!Number.isFinite(norm))
      return { b: matrix(rows, 0), a: matrix(0, columns), squaredNorm: norm }
    basis = fromColumns(thinQr(toColumns(product)).q)
  }
  const image = matrix(rows, width)
  await forBlocks(stream, (block, at) => addProduct(block, basis, rowsOf(image, at, block.rows)))
  const { b, a } = truncateProduct(toColumns(image), toColumns(basis), rank)
  return { b, a, squaredNorm: norm }
}

/** Columns of the sketch: the kernel takes eight at a time, so more would cost the same. */
export function sketchWidth(
  { rows, columns }: Pick<RowStream, 'rows' | 'columns'>,
  rank: number
): number {
  return Math.min(8 * Math.ceil((rank + OVERSAMPLING) / 8), rows, columns)
}

/**
 * Measures ‖Δ − B·A‖²_F in another pass, for the factors as they are stored.
 *
 * @param b `[m, r]`, row-major
 * @param a `[r, n]`, row-major
 */
export async function squaredResidual(stream: RowStream, b: Matrix, a: Matrix): Promise<number> {
  let sum = 0
  await forBlocks(stream, (block, at) => {
    const product = matrix(block.rows, block.columns)
    addProduct(rowsOf(b, at, block.rows), a, product)
    for (let i = 0; i < product.values.length; i++) product.values[i]! -= block.values[i]!
    sum += squaredNorm(product)
  })
  return sum
}

/** P += ΔᵀΔ·V in one pass. @returns ‖Δ‖²_F */
async function addGramProduct(stream: RowStream, basis: Matrix, product: Matrix): Promise<number> {
  let norm = 0
  await forBlocks(stream, block => {
    const square = squaredNorm(block)
    if (square === 0) return
    norm += square
    const image = matrix(block.rows, basis.columns)
    addProduct(block, basis, image)
    addProduct(transpose(block), image, product)
  })
  return norm
}

async function forBlocks(
  stream: RowStream,
  take: (block: Matrix, row: number) => void
): Promise<void> {
  let row = 0
  for await (const block of stream.read()) {
    take(block, row)
    row += block.rows
  }
}

function rowsOf(x: Matrix, from: number, rows: number): Matrix {
  return submatrix(x, [from, from + rows], [0, x.columns])
}
