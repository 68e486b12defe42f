import t from 'tap'
import { randomMatrix } from '../../src/linear-algebra/random-matrix.ts'

t.test('the same seed gives the same matrix, on every machine', async t => {
  t.strictSame(
    [...randomMatrix(1, 2, 2).values],
    [-0.8864288330078125, 0.2669219970703125, -0.23077392578125, 1.216278076171875]
  )
  t.strictSame(randomMatrix(1, 1, 4).values, randomMatrix(1, 2, 2).values)
})

t.test('its elements have mean 0, variance 1 and the fourth moment of a normal number', async t => {
  const { values } = randomMatrix(7, 100, 200)
  const moment = (power: number) =>
    values.reduce((sum, value) => sum + value ** power, 0) / values.length
  t.ok(Math.abs(moment(1)) < 0.03)
  t.ok(Math.abs(moment(2) - 1) < 0.04)
  t.ok(Math.abs(moment(4) - 3) < 0.3)
})

t.test('neighbouring seeds and elements are unrelated', async t => {
  const [a, b] = [randomMatrix(1, 1, 20_000).values, randomMatrix(2, 1, 20_000).values]
  const mean = (product: (i: number) => number) =>
    a.reduce((sum, _, i) => sum + product(i), 0) / a.length
  t.ok(Math.abs(mean(i => a[i]! * b[i]!)) < 0.03)
  t.ok(Math.abs(mean(i => a[i]! * (a[i + 1] ?? 0))) < 0.03)
})

t.test('a seed that is no integer of 32 bits is a mistake of the program', async t => {
  for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) {
    t.throws(() => randomMatrix(seed, 1, 1), RangeError)
  }
})
