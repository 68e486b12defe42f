import t from 'tap'
import { firstDifference } from '../src/first-difference.ts'

type Entry = [name: string, dtype: string, shape: number[]]

const list = (entries: Entry[]) =>
  new Map(entries.map(([name, dtype, shape]) => [name, { dtype, shape }]))

t.test("lists that differ in order only don't differ", async t => {
  const [a, b]: [Entry, Entry] = [
    ['a', 'F32', [1]],
    ['b', 'I8', []]
  ]
  t.equal(firstDifference(list([a, b]), list([b, a])), undefined)
})

t.test('a missing, a new and a differing tensor are named', async t => {
  const expected = list([['a', 'F32', [2, 3]]])
  t.strictSame(firstDifference(expected, list([])), { tensor: 'a', problem: 'is missing' })
  t.strictSame(
    firstDifference(
      expected,
      list([
        ['a', 'F32', [2, 3]],
        ['b', 'I8', []]
      ])
    ),
    { tensor: 'b', problem: 'is new' }
  )
  t.strictSame(firstDifference(expected, list([['a', 'F32', [3, 2]]])), {
    tensor: 'a',
    problem: 'is F32[3,2], expected F32[2,3]'
  })
  t.match(firstDifference(expected, list([['a', 'F16', [2, 3]]])), { tensor: 'a' })
})
