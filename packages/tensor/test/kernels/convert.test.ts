import fc from 'fast-check'
import t from 'tap'
import { floatCodec } from '../../src/float-codec.ts'
import {
  FLOAT_DTYPES,
  type FloatDtype,
  floatBytes,
  isFloatDtype
} from '../../src/kernels/convert.ts'
import { reference } from '../float-reference.ts'

/** Every bit pattern of eight bits. */
const ALL = Uint8Array.from({ length: 256 }, (_, bits) => bits)

/** The 8-bit dtypes by the definitions of OCP's OFP8 and of the FNUZ variants (arXiv 2206.02915). */
const EIGHT_BITS = [
  { dtype: 'F8_E4M3', fractionBits: 3, bias: 7, isNan: (bits: number) => (bits & 0x7f) === 0x7f },
  { dtype: 'F8_E4M3FNUZ', fractionBits: 3, bias: 8, isNan: (bits: number) => bits === 0x80 },
  { dtype: 'F8_E5M2', fractionBits: 2, bias: 15, isNan: (bits: number) => (bits & 0x7f) > 0x7c },
  { dtype: 'F8_E5M2FNUZ', fractionBits: 2, bias: 16, isNan: (bits: number) => bits === 0x80 }
] as const

function value(bits: number, fractionBits: number, bias: number): number {
  const exponent = (bits & 0x7f) >> fractionBits
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits
  const magnitude =
    exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias)
  return bits & 0x80 ? -magnitude : magnitude
}

for (const { dtype, fractionBits, bias, isNan } of EIGHT_BITS) {
  const { decode, encode } = floatCodec(dtype)
  const isInfinite = (bits: number) => dtype === 'F8_E5M2' && (bits & 0x7f) === 0x7c
  const finite = [...ALL].filter(bits => !isNan(bits) && !isInfinite(bits))

  t.test(`every ${dtype} decodes to its value`, async t => {
    const values = decode(ALL)
    const wrong = finite.filter(bits => !Object.is(values[bits], value(bits, fractionBits, bias)))
    t.strictSame(wrong, [])
    t.strictSame(
      [...ALL].filter(bits => Number.isNaN(values[bits])),
      [...ALL].filter(isNan)
    )
    if (dtype === 'F8_E5M2') t.strictSame([values[0x7c], values[0xfc]], [Infinity, -Infinity])
  })

  t.test(`every ${dtype} comes back from f32 bit for bit`, async t => {
    t.strictSame(encode(decode(ALL)), ALL)
  })

  t.test(`encoding ${dtype} rounds to the nearest, ties to even`, async t => {
    const magnitudes = finite.filter(bits => bits < 0x80)
    fc.assert(
      fc.property(
        fc.nat(magnitudes.length - 2),
        fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
        (bits, part) => {
          const [low, high] = [value(bits, fractionBits, bias), value(bits + 1, fractionBits, bias)]
          const between = Math.fround(low + (high - low) * part)
          const [toLow, toHigh] = [between - low, high - between]
          const nearest = toLow < toHigh || (toLow === toHigh && bits % 2 === 0) ? bits : bits + 1
          const hasSign = nearest > 0 || !dtype.endsWith('FNUZ')
          t.strictSame(
            [...encode(Float32Array.of(between, -between))],
            [nearest, hasSign ? nearest | 0x80 : 0]
          )
        }
      )
    )
  })
}

t.test('what is too large becomes infinity where there is one, else NaN', async t => {
  const cases: [FloatDtype, number, number, number][] = [
    ['F8_E4M3', 463.99, 0x7e, 0x7f],
    ['F8_E4M3FNUZ', 247.99, 0x7f, 0x80],
    ['F8_E5M2', 61_439, 0x7b, 0x7c],
    ['F8_E5M2FNUZ', 61_439, 0x7f, 0x80]
  ]
  for (const [dtype, largest, bits, beyond] of cases) {
    const values = Float32Array.of(largest, largest * 1.001, 1e30, Infinity)
    t.strictSame([...floatCodec(dtype).encode(values)], [bits, beyond, beyond, beyond], dtype)
    const [nan] = floatCodec(dtype).decode(floatCodec(dtype).encode(Float32Array.of(Number.NaN)))
    t.ok(Number.isNaN(nan), dtype)
  }
})

for (const dtype of ['F16', 'BF16', 'F32', 'F64'] as const) {
  t.test(`the kernels of ${dtype} agree with plain JavaScript on any bits`, async t => {
    const [ours, theirs] = [floatCodec(dtype), reference(dtype)]
    const elements = (width: number) =>
      fc
        .uint8Array({ maxLength: 40 })
        .map(bytes => bytes.slice(0, bytes.length - (bytes.length % width)))
    const bits = (values: Float32Array) => [...new Uint32Array(values.buffer)]
    fc.assert(
      fc.property(elements(floatBytes(dtype)), bytes => {
        t.strictSame(bits(ours.decode(bytes)), bits(theirs.decode(bytes)))
      }),
      { numRuns: 1_000 }
    )
    fc.assert(
      fc.property(elements(4), bytes => {
        const values = new Float32Array(bytes.slice().buffer)
        t.strictSame(ours.encode(values), theirs.encode(values))
      }),
      { numRuns: 1_000 }
    )
  })
}

t.test('isFloatDtype() knows what soups compute with; a scale is no float', async t => {
  t.ok(FLOAT_DTYPES.split(', ').every(isFloatDtype))
  for (const dtype of ['F8_E8M0', 'I32', 'F4', 'toString']) t.notOk(isFloatDtype(dtype), dtype)
})
