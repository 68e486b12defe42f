import fc from 'fast-check'
import { test } from 'tap'
import { formatNumber } from '../../src/plot/format.ts'
import { axisOver, niceStep } from '../../src/plot/scale.ts'

test('niceStep() is 1, 2 or 5 times a power of ten', async t => {
  t.equal(niceStep(0.7), 1)
  t.equal(niceStep(1), 1)
  t.equal(niceStep(13), 20)
  t.equal(niceStep(0.03), 0.05)
  t.equal(niceStep(6), 10)
})

test('axisOver() has round ticks inside the axis', async t => {
  const axis = axisOver([1301, 1433], 0, 800, 8)
  t.same(axis.ticks, [1300, 1320, 1340, 1360, 1380, 1400, 1420, 1440])
  t.equal(axis.decimals, -1)
  t.ok(axis.at(1301) > 0 && axis.at(1433) < 800)
})

test('axisOver() runs downwards where asked to', async t => {
  const axis = axisOver([0, 1], 300, 0, 5)
  t.ok(axis.at(1) < axis.at(0))
})

test('axisOver() gives every value a place and every tick a text of its own', async () => {
  const value = fc.double({ min: -1e100, max: 1e100, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1 }),
      fc.double({ min: 2.5, max: 9, noNaN: true }),
      (values, n) => {
        const axis = axisOver(values, 50, 550, n)
        const texts = new Set(axis.ticks.map(tick => formatNumber(tick, axis.decimals)))
        return (
          values.every(it => axis.at(it) > 50 && axis.at(it) < 550) &&
          axis.ticks.length >= 1 &&
          axis.ticks.length <= 12 &&
          texts.size === axis.ticks.length
        )
      }
    )
  )
})

test('axisOver() widens values that are all the same, zero and the finest included', async t => {
  for (const value of [0, 7, -1e-300, 1e100, 1361.000000000001]) {
    const axis = axisOver([value, value], 0, 100, 4)
    t.ok(axis.ticks.length > 0, `${value}`)
    t.ok(Math.abs(axis.at(value) - 50) < 1, `${value} lies in the middle`)
  }
})
