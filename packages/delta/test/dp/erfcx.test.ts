import t from 'tap'
import { erfcx } from '../../src/dp/erfcx.ts'

/** exp(x²) · erfc(x), computed with 40 digits by mpmath. */
const KNOWN: [x: number, value: number][] = [
  [0, 1],
  [0.001, 0.9988726200811514],
  [0.5, 0.6156903441929259],
  [1, 0.427583576155807],
  [1.5, 0.3215854164543175],
  [1.999, 0.2555025145905779],
  [2, 0.2553956763105057],
  [2.5, 0.2108063640611436],
  [5, 0.1107046377330686],
  [30, 0.01879588886141675],
  [1000, 0.0005641893014533877]
]

t.test('erfcx() is right to twelve digits on both sides of where its method changes', t => {
  for (const [x, value] of KNOWN) {
    t.ok(Math.abs(erfcx(x) / value - 1) < 1e-12, `erfcx(${x}) = ${erfcx(x)}, expected ${value}`)
  }
  t.end()
})
