import { summarize } from '@soup/reward'
import fc from 'fast-check'
import t from 'tap'

t.test('summarize() of 2, 4, 4, 6 is mean 4 and standard error √(8/3)/2', async t => {
  const stats = summarize([2, 4, 4, 6])
  t.equal(stats.mean, 4)
  t.equal(stats.n, 4)
  t.ok(Math.abs(stats.stderr - Math.sqrt(8 / 3) / 2) < 1e-15)
})

t.test('summarize() of one episode has no spread to report', async t => {
  t.same(summarize(new Float64Array([3])), { mean: 3, stderr: 0, n: 1 })
})

t.test('summarize() scales with the unit and ignores a shift in the error', async t => {
  const value = fc.integer({ min: -1000, max: 1000 })
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 20 }), value, (values, shift) => {
      const plain = summarize(values)
      const moved = summarize(values.map(x => 2 * x + shift))
      t.ok(Math.abs(moved.mean - (2 * plain.mean + shift)) < 1e-9)
      t.ok(Math.abs(moved.stderr - 2 * plain.stderr) < 1e-9)
    })
  )
})

t.test('summarize() refuses nothing and what is not finite', async t => {
  t.throws(() => summarize([]), RangeError)
  t.throws(() => summarize([1, Number.NaN]), { message: /episode 1 is NaN/ })
  t.throws(() => summarize([Number.POSITIVE_INFINITY]), RangeError)
})
