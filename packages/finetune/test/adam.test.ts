import t from 'tap'
import { adam } from '../src/adam.ts'

t.test('the first step is the learning rate in the direction of the gradient', async t => {
  const parameters = Float64Array.of(1, 1, 1)
  adam(3, 0.1)(parameters, Float64Array.of(2, -0.001, 0))
  const expected = [1.1, 0.9, 1]
  t.ok(
    expected.every((x, i) => Math.abs(x - parameters[i]!) < 1e-5),
    [...parameters].join()
  )
})

t.test('three steps follow the algorithm of the paper', async t => {
  // m, v and both corrections written out for gradients 1, 1, -2 and learning rate 1.
  const parameters = new Float64Array(1)
  const climb = adam(1, 1)
  for (const g of [1, 1, -2]) climb(parameters, Float64Array.of(g))
  const step = (m: number, v: number, n: number) =>
    m / (1 - 0.9 ** n) / (Math.sqrt(v / (1 - 0.999 ** n)) + 1e-8)
  const m = [0.1, 0.19, 0.19 * 0.9 - 0.2]
  const v = [0.001, 0.001999, 0.001999 * 0.999 + 0.004]
  const expected = m.reduce((sum, mi, i) => sum + step(mi, v[i]!, i + 1), 0)
  t.ok(Math.abs(parameters[0]! - expected) < 1e-12, `${parameters[0]}, expected ${expected}`)
})
