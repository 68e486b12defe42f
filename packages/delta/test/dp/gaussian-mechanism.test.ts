import t from 'tap'
import { gaussianDelta, gaussianEpsilon } from '../../src/dp/gaussian-mechanism.ts'

/** ε of Balle and Wang's theorem 8, computed with 40 digits by mpmath. */
const KNOWN: [sigma: number, delta: number, epsilon: number][] = [
  [0.1, 1e-5, 91.81728962466],
  [0.1, 1e-9, 109.1955968818],
  [0.5, 1e-5, 9.997256146434],
  [0.5, 1e-9, 13.53477221917],
  [1, 1e-5, 4.377178095681],
  [1, 1e-9, 6.173935046671],
  [2, 1e-5, 1.993091404415],
  [2, 1e-9, 2.909732380764],
  [10, 1e-5, 0.3406693646843],
  [10, 1e-9, 0.5351482315532],
  [100, 1e-5, 0.02721941981458],
  [100, 1e-9, 0.0488663930157]
]

t.test('ε is that of the analytic Gaussian mechanism', t => {
  for (const [sigma, delta, epsilon] of KNOWN) {
    const got = gaussianEpsilon(sigma, delta)
    t.ok(Math.abs(got / epsilon - 1) < 1e-6, `σ ${sigma}, δ ${delta}: ${got}, expected ${epsilon}`)
  }
  t.end()
})

t.test('more noise and a larger δ cost less ε', t => {
  t.ok(gaussianEpsilon(1, 1e-5) > gaussianEpsilon(1.01, 1e-5))
  t.ok(gaussianEpsilon(1, 1e-5) > gaussianEpsilon(1, 1.1e-5))
  t.ok(gaussianDelta(1, 1) > gaussianDelta(1, 1.01))
  t.equal(gaussianEpsilon(1e6, 1e-5), 0)
  t.equal(gaussianEpsilon(1e-9, 1e-5), Infinity)
  t.end()
})

t.test('what is out of range is refused', t => {
  for (const sigma of [0, -1, Number.NaN, Infinity]) {
    t.throws(() => gaussianEpsilon(sigma, 1e-5), RangeError)
  }
  for (const delta of [0, 1, 1e-11, Number.NaN]) {
    t.throws(() => gaussianEpsilon(1, delta), RangeError)
  }
  t.end()
})
