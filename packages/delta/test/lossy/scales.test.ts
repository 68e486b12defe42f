import fc from 'fast-check'
import t from 'tap'
import { readScales, scaleNearest, scaleUp, scaleValue } from '../../src/lossy/scales.ts'

const values = fc.double({ min: 0, max: 1e38, noNaN: true })

t.test('scaleUp() gives the least bfloat16 that is not below', t => {
  fc.assert(
    fc.property(fc.oneof(values, fc.double({ min: 0, max: 1e-30, noNaN: true })), value => {
      const scale = scaleUp(value)
      return scaleValue(scale) >= value && (scale === 0 || scaleValue(scale - 1) < value)
    })
  )
  t.end()
})

/** The largest f32, which rounds to no finite bfloat16. */
const MAX_F32 = (2 - 2 ** -23) * 2 ** 127

t.test('scaleNearest() is off by half a place at most, and finite for every f32', t => {
  const all = fc.oneof(values, fc.double({ min: 1e38, max: MAX_F32, noNaN: true }))
  fc.assert(
    fc.property(all, value => {
      const off = Math.abs(scaleValue(scaleNearest(value)) - value)
      return off <= Math.max(value * 2 ** -8 * (1 + 2 ** -20), 2 ** -133)
    }),
    { examples: [[MAX_F32], [3.4e38], [3.396e38]] }
  )
  t.end()
})

t.test('readScales() refuses what is negative, infinite or NaN', t => {
  const read = (scale: number) => readScales(Uint8Array.of(0, 0, scale, scale >> 8), 2)
  t.strictSame([...read(0x3f80)], [0, 1])
  t.strictSame([...read(0x7f7f)].at(1), (2 - 2 ** -7) * 2 ** 127)
  for (const scale of [0x7f80, 0x7fc0, 0x8000, 0xbf80, 0xffff]) {
    t.throws(() => read(scale), { message: /scale 1 is negative or not finite/ })
  }
  t.end()
})
