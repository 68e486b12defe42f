import { test } from 'tap'
import { errorBars, markShape, pointMark, px } from '../../src/plot/marks.ts'
import { plotView } from '../../src/plot/view.ts'
import { hostileFront } from '../fixtures.ts'
import { elementsOf } from '../markup.ts'

test('px() writes a tenth of a pixel and no minus zero', async t => {
  t.equal(px(1.26), '1.3')
  t.equal(px(-0.01), '0')
})

test('markShape() has another outline for every kind', async t => {
  const shapes = (['soup', 'base', 'expert', 'morl'] as const).map(kind =>
    markShape(kind, 10, 20, undefined)
  )
  t.equal(new Set(shapes.map(shape => shape.replace(/r="[\d.]+"/, ''))).size, 4)
  t.match(markShape('soup', 10, 20, '#abcdef'), /fill="#abcdef"/)
})

test('errorBars() spans one standard error to each side', async t => {
  t.match(errorBars(10, 20, 3, 4), /M7 20H13M10 16V24/)
})

test('pointMark() carries its words escaped, and whether it is picked', async t => {
  const points = plotView(hostileFront, { left: 0, top: 0, right: 100, bottom: 100 }).points
  const mark = pointMark(points[1]!, true)
  t.same(elementsOf(mark), ['g', 'title', 'polygon', 'circle'])
  t.match(mark, /class="sp-point sp-front sp-picked" data-point="1"/)
  t.notMatch(pointMark(points[1]!, false), /picked/)
})
