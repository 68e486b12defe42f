import t from 'tap'
import { randomStream } from '../src/random.ts'

t.test('xoshiro128** gives the numbers of a reference implementation', async t => {
  // Computed with Python integers from the published algorithm: test/vectors/random.py.
  const stream = randomStream(1, 2, 3)
  t.same(
    Array.from({ length: 4 }, () => stream.uint32()),
    [3015442251, 3488935206, 2912567253, 587852603]
  )
})

t.test('the same keys give the same stream, other keys another', async t => {
  const draw = (...keys: number[]) => {
    const stream = randomStream(...keys)
    return Array.from({ length: 8 }, () => stream.uint32()).join()
  }
  t.equal(draw(7, 1), draw(7, 1))
  const others = [[7], [7, 0], [7, 1], [1, 7], [8, 1], [7, 1, 0], [0, 7, 1], [0], [0, 0]]
  t.equal(new Set(others.map(keys => draw(...keys))).size, others.length)
})

t.test('gaussian() draws are normal: four moments and two quantiles', async t => {
  const stream = randomStream(42)
  const n = 400_000
  const draws = Float64Array.from({ length: n }, () => stream.gaussian())
  const moment = (k: number) => draws.reduce((sum, x) => sum + x ** k, 0) / n
  // Five standard errors of each moment: sqrt((mu_2k - mu_k^2) / n).
  t.ok(Math.abs(moment(1)) < 5 * Math.sqrt(1 / n), `mean ${moment(1)}`)
  t.ok(Math.abs(moment(2) - 1) < 5 * Math.sqrt(2 / n), `variance ${moment(2)}`)
  t.ok(Math.abs(moment(3)) < 5 * Math.sqrt(15 / n), `third ${moment(3)}`)
  t.ok(Math.abs(moment(4) - 3) < 5 * Math.sqrt(96 / n), `fourth ${moment(4)}`)
  for (const [z, p] of [
    [1, 0.841345],
    [3, 0.99865]
  ] as const) {
    const share = draws.filter(x => x < z).length / n
    t.ok(Math.abs(share - p) < 5 * Math.sqrt((p * (1 - p)) / n), `P(x < ${z}) = ${share}`)
  }
})

t.test('gaussian() is the polar method with the logarithm right to 1e-14', async t => {
  for (let seed = 0; seed < 2000; seed++) {
    const integers = randomStream(seed)
    const stream = randomStream(seed)
    for (;;) {
      const u = (2 * integers.uint32() + 1) / 2 ** 32 - 1
      const v = (2 * integers.uint32() + 1) / 2 ** 32 - 1
      const s = u * u + v * v
      if (s >= 1) continue
      const factor = Math.sqrt((-2 * Math.log(s)) / s)
      for (const x of [u * factor, v * factor]) {
        const got = stream.gaussian()
        if (Math.abs(got / x - 1) > 1e-14) t.fail(`seed ${seed}: ${got}, expected ${x}`)
      }
      break
    }
  }
  t.pass('2000 pairs compared')
})

t.test('uniform() stays in [0, 1) and has mean one half', async t => {
  const stream = randomStream(3)
  const draws = Array.from({ length: 10_000 }, () => stream.uniform())
  t.ok(draws.every(x => x >= 0 && x < 1))
  t.ok(Math.abs(draws.reduce((a, b) => a + b) / draws.length - 0.5) < 0.015)
})

t.test('randomStream() refuses keys that are not 32-bit integers', async t => {
  for (const keys of [[], [-1], [1.5], [2 ** 32], [Number.NaN]]) {
    t.throws(() => randomStream(...keys), RangeError, `keys [${keys}]`)
  }
})
