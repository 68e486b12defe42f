import { test } from 'tap'
import {
  formatCoefficient,
  formatFigure,
  formatLambda,
  formatMeasured,
  formatNumber,
  formatSeeds
} from '../../src/plot/format.ts'

test('formatNumber() groups digits and writes a true minus', async t => {
  t.equal(formatNumber(-1234567.891, 1), '−1,234,567.9')
  t.equal(formatNumber(0.1234567, 3), '0.123')
  t.equal(formatNumber(1400, -2), '1,400')
  t.equal(formatNumber(-0.001, 2), '0.00', 'no minus before nothing')
  t.equal(formatNumber(0, 2), '0.00')
})

test('formatNumber() writes very large and very fine numbers with an exponent', async t => {
  t.equal(formatNumber(1.5e100, -99), '1.5e100')
  t.equal(formatNumber(-9e-5, 8), '−9.000e−5')
  t.equal(formatNumber(0, 200), '0')
})

test('formatFigure() writes four significant digits', async t => {
  t.equal(formatFigure(0), '0')
  t.equal(formatFigure(21883.06), '21,883')
  t.equal(formatFigure(67), '67.00')
  t.equal(formatFigure(-0.5), '−0.5000')
})

test('formatMeasured() writes mean and standard error to the same digit', async t => {
  t.equal(formatMeasured({ mean: 1401.234, stderr: 3.14, n: 1 }), '1,401.2 ± 3.1')
  t.equal(formatMeasured({ mean: 6011.2, stderr: 123, n: 1 }), '6,011 ± 123')
  t.equal(formatMeasured({ mean: 0.5, stderr: 0.00123, n: 1 }), '0.5000 ± 0.0012')
  t.equal(formatMeasured({ mean: 5, stderr: 0, n: 1 }), '5.000 ± 0')
})

test('formatLambda() writes a tuple with at most three decimals', async t => {
  t.equal(formatCoefficient(0.30000000000000004), '0.3')
  t.equal(formatCoefficient(10), '10')
  t.equal(formatLambda([1, -0.25, 1 / 3]), '(1, −0.25, 0.333)')
  t.equal(formatLambda([]), '()')
})

test('formatSeeds() names each n once', async t => {
  const reward = { mean: 0, stderr: 0 }
  const rewards = [
    { ...reward, n: 16 },
    { ...reward, n: 16 },
    { ...reward, n: 8 }
  ]
  t.equal(formatSeeds({ kind: 'soup', lambda: [], rewards }), '16, 8')
})
