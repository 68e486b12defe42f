import fc from 'fast-check'
import t from 'tap'
import { angleMeter, sineRatio } from '../../src/kernels/angle.ts'
import { inBlocks, PRECISIONS } from './blocks.ts'

const LEAST = 1e-8

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0)
}

const vector = fc.array(
  fc.tuple(fc.float({ min: -3, max: 3, noNaN: true }), fc.float({ min: -3, max: 3, noNaN: true })),
  { minLength: 1, maxLength: 40 }
)

for (const { precision, array } of PRECISIONS) {
  const measure = (...parts: number[][][]) => {
    const meter = angleMeter(precision)
    for (const pair of parts) {
      const list = pair.map(values => array([...values]))
      inBlocks<(typeof list)[number]>(list, ([a, b], _, sizeBytes) => meter.add(a!, b!, sizeBytes))
    }
    const cosine = meter.cosine(LEAST)
    meter.close()
    meter.close()
    return cosine
  }

  t.test(`the cosine of ${precision} is that of the formula, in one part or in two`, async t => {
    fc.assert(
      fc.property(vector, pairs => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)]
        const norm = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b))
        fc.pre(Math.sqrt(dot(a, a)) > 1e-6 && Math.sqrt(dot(b, b)) > 1e-6)
        const cosine = measure([a, b])
        t.ok(Math.abs(cosine - dot(a, b) / norm) < 1e-12, `${cosine}`)
        const cut = 32 / (precision === 'F32' ? 4 : 8)
        const parts = measure([a.slice(0, cut), b.slice(0, cut)], [a.slice(cut), b.slice(cut)])
        t.equal(parts, cosine, 'bit for bit')
      })
    )
  })

  t.test(`there is no angle of ${precision} to zero, infinity and NaN`, async t => {
    for (const odd of [0, 1e-9, Infinity, Number.NaN]) t.ok(Number.isNaN(measure([[odd], [1]])))
  })
}

t.test('sineRatio() is sin(pΩ)/sin Ω; its parts add up to 1 where Ω is small', async t => {
  const cosine = fc.double({ min: -0.9995, max: 0.9995, noNaN: true })
  fc.assert(
    fc.property(cosine, fc.double({ min: 0, max: 1, noNaN: true }), (cos, part) => {
      const angle = Math.acos(cos)
      const expected = Math.sin(part * angle) / Math.sin(angle)
      t.ok(Math.abs(sineRatio(cos, part) - expected) <= 1e-13 * (1 + expected))
    })
  )
  t.strictSame([sineRatio(0.3, 0), sineRatio(0.3, 1)], [0, 1])
  t.ok(Math.abs(sineRatio(0.9995, 0.3) + sineRatio(0.9995, 0.7) - 1) < 2e-4)
})
