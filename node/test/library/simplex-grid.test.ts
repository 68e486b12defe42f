import { checkLambda } from '@soup/soup'
import fc from 'fast-check'
import t from 'tap'
import { simplexGrid } from '../../src/library/simplex-grid.ts'

t.test('simplexGrid() of two experts goes from the first one to the second', async t => {
  t.same(simplexGrid(2, 2), [
    [1, 0],
    [0, 1]
  ])
  t.same(simplexGrid(5, 2), [
    [1, 0],
    [0.75, 0.25],
    [0.5, 0.5],
    [0.25, 0.75],
    [0, 1]
  ])
})

t.test('simplexGrid() of one expert is that expert', async t => {
  t.same(simplexGrid(11, 1), [[1]])
})

t.test('every λ of a grid is on the simplex, each comes once, and all are there', async t => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 4 }), (points, n) => {
      const grid = simplexGrid(points, n)
      for (const lambda of grid) checkLambda(lambda)
      const distinct = new Set(grid.map(lambda => lambda.join()))
      t.equal(distinct.size, grid.length)
      t.equal(grid.length, Math.round(binomial(points + n - 2, n - 1)))
    })
  )
})

function binomial(n: number, k: number): number {
  return k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k
}
