import { test } from 'tap'
import { drawAxes, yAxisWidth } from '../../src/plot/axes.ts'
import { axisOver } from '../../src/plot/scale.ts'
import { elementsOf } from '../markup.ts'

const FRAME = { left: 80, top: 0, right: 680, bottom: 300 }
const x = axisOver([1300, 1450], FRAME.left, FRAME.right, 7)
const y = axisOver([50, 300], FRAME.bottom, FRAME.top, 5)

test('drawAxes() writes a text per tick and the names of both rewards', async t => {
  const svg = drawAxes(FRAME, x, y, ['risky', '<cautious>'])
  const texts = [...svg.matchAll(/>([^<]+)<\/text>/g)].map(match => match[1])
  t.equal(texts.length, x.ticks.length + y.ticks.length + 2)
  t.same(texts.slice(-2), ['risky →', '&#60;cautious&#62; →'])
  t.ok(texts.includes('1,400') && texts.includes('200'))
  elementsOf(svg)
})

test('yAxisWidth() has room for the widest tick', async t => {
  t.ok(yAxisWidth(axisOver([1e6, 2e6], 300, 0, 5)) > yAxisWidth(axisOver([1, 2], 300, 0, 5)))
})
