import fc from 'fast-check'
import t from 'tap'
import { type Matrix, matrix, submatrix, transpose } from '../../src/linear-algebra/matrix.ts'
import { addProduct } from '../../src/linear-algebra/product.ts'
import { at, noiseMatrix } from './dense.ts'

const { fround } = Math

/** The formula, operation by operation: sums of 256 terms from 0, added in order. */
function expected(x: Matrix, y: Matrix, c: Matrix): number[] {
  return Array.from({ length: c.rows * c.columns }, (_, index) => {
    const [i, j] = [Math.floor(index / c.columns), index % c.columns]
    let result = at(c, i, j)
    for (let from = 0; from < x.columns; from += 256) {
      let sum = 0
      for (let k = from; k < Math.min(from + 256, x.columns); k++) {
        sum = fround(sum + fround(at(x, i, k) * at(y, k, j)))
      }
      result = fround(result + sum)
    }
    return result
  })
}

/** Sizes: 1, below, at and above the kernel's steps of 4 and 8, and the tiles of 240 and 256. */
const SIZES: [number, number, number][] = [
  [1, 1, 1],
  [3, 7, 2],
  [4, 8, 8],
  [5, 9, 17],
  [1, 257, 241],
  [257, 3, 9],
  [2, 513, 8]
]

t.test('addProduct() gives the bits of its formula, X transposed or not', async t => {
  for (const [rows, depth, columns] of SIZES) {
    const x = noiseMatrix(1, rows, depth)
    const y = noiseMatrix(2, depth, columns)
    const flipped = noiseMatrix(3, depth, rows)
    for (const left of [x, transpose(flipped)]) {
      const c = noiseMatrix(4, rows, columns)
      const wanted = expected(left, y, c)
      addProduct(left, y, c)
      t.strictSame([...c.values], wanted, `${rows} × ${depth} × ${columns}`)
    }
  }
})

t.test('a part of a product has the bits of the whole, and nothing else changes', async t => {
  const [x, y] = [noiseMatrix(5, 23, 9), noiseMatrix(6, 9, 30)]
  const whole = matrix(23, 30)
  addProduct(x, y, whole)
  const range = (end: number) =>
    fc.tuple(fc.nat(end), fc.nat(end)).map(ends => ends.sort((a, b) => a - b))
  fc.assert(
    fc.property(range(23), range(30), (rows, columns) => {
      const [r, k] = [rows as [number, number], columns as [number, number]]
      const c = matrix(23, 30)
      addProduct(submatrix(x, r, [0, 9]), submatrix(y, [0, 9], k), submatrix(c, r, k))
      const wanted = whole.values.map((value, index) => {
        const [i, j] = [Math.floor(index / 30), index % 30]
        return i >= r[0] && i < r[1] && j >= k[0] && j < k[1] ? value : 0
      })
      t.strictSame(c.values, wanted)
    }),
    { numRuns: 50 }
  )
})

t.test('an empty product adds nothing', async t => {
  const c = noiseMatrix(7, 2, 3)
  const before = [...c.values]
  addProduct(matrix(2, 0), matrix(0, 3), c)
  addProduct(matrix(0, 2), matrix(2, 3), matrix(0, 3))
  t.strictSame([...c.values], before)
})

t.test('sizes and strides that do not fit are mistakes of the program', async t => {
  t.throws(() => addProduct(matrix(2, 3), matrix(2, 3), matrix(2, 3)), RangeError)
  t.throws(() => addProduct(matrix(2, 3), matrix(3, 4), matrix(3, 4)), RangeError)
  t.throws(() => addProduct(matrix(2, 3), transpose(matrix(4, 3)), matrix(2, 4)), RangeError)
})
