import fc from 'fast-check'
import t from 'tap'
import { centredRanks } from '../src/centred-ranks.ts'

const rewards = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 40 })

t.test('centredRanks() spreads distinct rewards evenly over [-1/2, 1/2]', async t => {
  t.same([...centredRanks([30, -1, 7, 1e9, 8])], [0.25, -0.5, -0.25, 0.5, 0])
})

t.test('centredRanks() gives equal rewards the mean of their ranks', async t => {
  t.same([...centredRanks([1, 2, 2, 3, 2])], [-0.5, 0, 0, 0.5, 0])
  t.same([...centredRanks([4, 4])], [0, 0])
})

t.test('centredRanks() sums to 0 and keeps the order of the rewards', async () => {
  fc.assert(
    fc.property(rewards, values => {
      const ranks = centredRanks(values)
      const inOrder = values.every((a, i) =>
        values.every((b, j) => Math.sign(a - b) === Math.sign(ranks[i]! - ranks[j]!))
      )
      return inOrder && Math.abs(ranks.reduce((a, b) => a + b, 0)) < 1e-12
    })
  )
})

t.test('centredRanks() does not see a rescaling of the rewards', async t => {
  fc.assert(
    fc.property(rewards, values => {
      t.same(centredRanks(values.map(x => 1000 * x + 7)), centredRanks(values))
    }),
    { numRuns: 30 }
  )
})
