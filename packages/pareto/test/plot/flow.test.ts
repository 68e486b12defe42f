import { test } from 'tap'
import { flow } from '../../src/plot/flow.ts'

test('flow() begins a line where the next thing would not fit', async t => {
  t.same(flow([40, 40, 40], 10, 100), {
    places: [
      { x: 0, line: 0 },
      { x: 50, line: 0 },
      { x: 0, line: 1 }
    ],
    lineCount: 2
  })
})

test('flow() gives a thing that is too wide a line of its own', async t => {
  t.same(
    flow([10, 500, 10], 5, 100).places.map(place => place.line),
    [0, 1, 2]
  )
})

test('flow() of nothing has no line', async t => {
  t.same(flow([], 5, 100), { places: [], lineCount: 0 })
})
