import { type Matrix, matrix, toColumns, truncateProduct } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import {
  extractWeight,
  type RowStream,
  sketchWidth,
  squaredResidual
} from '../../src/lora/extract-weight.ts'
import { noise } from './adapters.ts'

/** A matrix in memory, three rows at a time. */
function stream(x: Matrix): RowStream {
  return {
    rows: x.rows,
    columns: x.columns,
    async *read() {
      for (let at = 0; at < x.rows; at += 3) {
        const rows = Math.min(3, x.rows - at)
        yield matrix(rows, x.columns, x.values.slice(at * x.columns, (at + rows) * x.columns))
      }
    }
  }
}

/** Σ of outer products of noise, the k-th weighted with decay^k. */
function spectrum(seed: number, rows: number, width: number, rank: number, decay: number): Matrix {
  const [left, right] = [noise(seed, rows * rank), noise(seed + 50, rank * width)]
  const sum = new Float64Array(rows * width)
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < sum.length; i++) {
      const [row, column] = [Math.floor(i / width), i % width]
      sum[i]! += decay ** k * left[row * rank + k]! * right[k * width + column]!
    }
  }
  return matrix(rows, width, Float32Array.from(sum))
}

/** Singular values, by a product with the identity. */
function sigma(x: Matrix): Float64Array {
  const identity = matrix(x.columns, x.columns)
  for (let i = 0; i < x.columns; i++) identity.values[i * x.columns + i] = 1
  return truncateProduct(toColumns(x), toColumns(identity), 1).sigma
}

async function relativeError(x: Matrix, rank: number, seed = 0): Promise<number> {
  const { b, a, squaredNorm } = (await extractWeight(stream(x), rank, seed))!
  return Math.sqrt((await squaredResidual(stream(x), b, a)) / squaredNorm)
}

t.test('a matrix of no higher rank than asked for is recovered within rounding', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(20),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 5 }),
      async (seed, rows, width, rank) => {
        const x = spectrum(seed, rows, width, rank, 0.7)
        t.ok((await relativeError(x, rank)) < 2e-6)
      }
    ),
    { numRuns: 50 }
  )
})

t.test(
  'the error is within 2 percent of the least there is, also where nothing decays',
  async t => {
    for (const [seed, decay] of [
      [1, 1],
      [2, 0.95],
      [3, 0.8]
    ] as const) {
      const x = spectrum(seed, 80, 70, 70, decay)
      const values = sigma(x)
      const square = (list: Float64Array) => list.reduce((sum, value) => sum + value * value, 0)
      const best = Math.sqrt(square(values.slice(8)) / square(values))
      const got = await relativeError(x, 8)
      t.ok(got >= best * (1 - 1e-6) && got <= best * 1.02, `${got} against ${best}`)
    }
  }
)

t.test('the error is that of the dense difference', async t => {
  const x = spectrum(4, 20, 15, 15, 0.9)
  const { b, a, squaredNorm } = (await extractWeight(stream(x), 3, 0))!
  let [residual, norm] = [0, 0]
  for (const [i, value] of x.values.entries()) {
    const [row, column] = [Math.floor(i / 15), i % 15]
    let product = 0
    for (let k = 0; k < 3; k++) product += b.values[row * 3 + k]! * a.values[k * 15 + column]!
    residual += (value - product) ** 2
    norm += value ** 2
  }
  t.ok(Math.abs(squaredNorm / norm - 1) < 1e-12)
  t.ok(Math.abs((await squaredResidual(stream(x), b, a)) / residual - 1) < 1e-5)
})

t.test('the same seed gives the same bytes', async t => {
  const x = spectrum(5, 30, 40, 30, 1)
  const [first, again, other] = await Promise.all(
    [7, 7, 8].map(seed => extractWeight(stream(x), 2, seed))
  )
  t.strictSame(first!.b.values, again!.b.values)
  t.strictSame(first!.a.values, again!.a.values)
  t.notSame(first!.a.values, other!.a.values)
})

t.test(
  'a matrix of zeros has no factors, one that is not finite has a norm that says so',
  async t => {
    t.equal(await extractWeight(stream(matrix(4, 4)), 2, 0), undefined)
    const bad = matrix(2, 2, Float32Array.of(1, Number.NaN, 0, 1))
    t.notOk(Number.isFinite((await extractWeight(stream(bad), 1, 0))!.squaredNorm))
  }
)

t.test('a sketch is no wider than its matrix', async t => {
  t.equal(sketchWidth({ rows: 100, columns: 100 }, 16), 24)
  t.equal(sketchWidth({ rows: 100, columns: 100 }, 1), 16)
  t.equal(sketchWidth({ rows: 5, columns: 100 }, 16), 5)
})
