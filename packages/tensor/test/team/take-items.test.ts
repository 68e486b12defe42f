import t from 'tap'
import { NEXT, STOP, takeItems } from '../../src/team/take-items.ts'
import { begin } from './doubling.ts'

const part = { begin: (check: () => void) => begin({ numbers: [10, 20, 30, 40] }, check), count: 4 }

t.test('takeItems() takes the items that nobody took, in order', async t => {
  const shared = new Int32Array(2)
  Atomics.store(shared, NEXT, 1)
  const results: unknown[] = []
  await takeItems(part, shared, (index, result) => results.push([index, result]))
  t.strictSame(results, [
    [1, 40],
    [2, 60],
    [3, 80]
  ])
})

t.test('takeItems() lets others be heard between two items, and stops when told so', async t => {
  const shared = new Int32Array(2)
  const results: number[] = []
  const taking = takeItems(part, shared, index => {
    results.push(index)
    setImmediate(() => Atomics.store(shared, STOP, 1))
  })
  await t.rejects(taking, { code: 'STOPPED' })
  t.strictSame(results, [0])
})
