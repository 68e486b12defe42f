import t from 'tap'
import { tailAverage } from '../src/tail-average.ts'

t.test('tailAverage() is the mean of the last share of the updates', async t => {
  const theta = new Float64Array(2)
  const average = tailAverage(theta, 5, 0.4)
  for (let iteration = 0; iteration < 5; iteration++) {
    theta.set([iteration, 10 * iteration])
    average.add(theta, iteration)
  }
  t.same([...average.mean()], [3.5, 35])
})

t.test('a share of 0 is the last point itself, a share of 1 the mean of all', async t => {
  const theta = new Float64Array(1)
  const [last, all] = [tailAverage(theta, 3, 0), tailAverage(theta, 3, 1)]
  for (let iteration = 0; iteration < 3; iteration++) {
    theta.set([iteration])
    for (const average of [last, all]) average.add(theta, iteration)
  }
  t.same([...last.mean()], [2])
  t.same([...all.mean()], [1])
})
