import fc from 'fast-check'
import { test } from 'tap'
import { overlaps, placeLabels } from '../../src/plot/labels.ts'

const BOUNDS = { x: 0, y: 0, width: 600, height: 400 }
const SIZE = { radius: 6, width: 80, height: 16 }

test('placeLabels() puts a lonely label to the right of its mark', async t => {
  const [box] = placeLabels([{ x: 100, y: 100, ...SIZE, isOptional: false }], [], BOUNDS)
  t.same(box, { x: 110, y: 92, width: 80, height: 16 })
})

test('placeLabels() keeps labels inside the bounds and off each other', async () => {
  const mark = fc.record({
    x: fc.integer({ min: 90, max: 510 }),
    y: fc.integer({ min: 30, max: 370 })
  })
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 6 }), marks => {
      const requests = marks.map(place => ({ ...place, ...SIZE, isOptional: false }))
      const boxes = placeLabels(requests, [], BOUNDS).map(box => box!)
      return boxes.every(
        (a, i) =>
          a.x >= 0 &&
          a.x + a.width <= 600 &&
          a.y >= 0 &&
          a.y + a.height <= 400 &&
          boxes.every((b, j) => i === j || !overlaps(a, b))
      )
    })
  )
})

test('placeLabels() finds room for six labels of one place', async t => {
  const request = { x: 300, y: 200, ...SIZE, isOptional: false }
  const boxes = placeLabels(Array(6).fill(request), [], BOUNDS)
  t.equal(
    boxes.some((a, i) => boxes.some((b, j) => i < j && overlaps(a!, b!))),
    false
  )
})

test('placeLabels() leaves an optional label away rather than cover a mark', async t => {
  const request = { x: 300, y: 200, ...SIZE, isOptional: true }
  const wall = { x: 0, y: 0, width: 600, height: 400, cost: 30 }
  t.same(placeLabels([request], [wall], BOUNDS), [undefined])
  t.not(placeLabels([{ ...request, isOptional: false }], [wall], BOUNDS)[0], undefined)
})

test('placeLabels() goes round a line where it can', async t => {
  const line = { x: 300, y: 195, width: 300, height: 10, cost: 3 }
  const [box] = placeLabels([{ x: 300, y: 200, ...SIZE, isOptional: false }], [line], BOUNDS)
  t.equal(overlaps(box!, line), false)
})
