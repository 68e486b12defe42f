import fc from 'fast-check'
import t from 'tap'
import { floatCodec } from '../src/float-codec.ts'
import type { FloatDtype } from '../src/kernels/convert.ts'

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

function halves(bytes: Uint8Array): number[] {
  return [...new Uint16Array(bytes.slice().buffer)]
}

/** The value of a finite half, from the definition of the format. */
function halfValue(bits: number, fractionBits: number): number {
  const exponentBits = 15 - fractionBits
  const bias = 2 ** (exponentBits - 1) - 1
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1)
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits
  const magnitude =
    exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias)
  return bits & 0x8000 ? -magnitude : magnitude
}

for (const [dtype, fractionBits] of [
  ['F16', 10],
  ['BF16', 7]
] as const) {
  const codec = floatCodec(dtype)
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i)

  t.test(`every ${dtype} decodes to its value`, async t => {
    const values = codec.decode(bytesOf(all))
    const wrong = all.filter(bits => {
      const isSpecial = (bits & 0x7fff) >> fractionBits === 2 ** (15 - fractionBits) - 1
      return !isSpecial && !Object.is(values[bits], halfValue(bits, fractionBits))
    })
    t.same([...wrong], [])
    const infinity = (0x7fff >> fractionBits) << fractionBits
    t.equal(values[infinity], Infinity)
    t.equal(values[infinity | 0x8000], -Infinity)
    t.ok(Number.isNaN(values[infinity + 1]))
  })

  t.test(`every ${dtype} comes back from f32 bit for bit, NaN payloads too`, async t => {
    const back = codec.encode(codec.decode(bytesOf(all)))
    t.ok(Buffer.compare(back, bytesOf(all)) === 0)
  })

  t.test(`encoding ${dtype} rounds to the nearest, ties to even`, async t => {
    const largest = ((0x7fff >> fractionBits) << fractionBits) - 1
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: largest - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bits, part) => {
          const [low, high] = [halfValue(bits, fractionBits), halfValue(bits + 1, fractionBits)]
          const value = Math.fround(low + (high - low) * part)
          const [toLow, toHigh] = [value - low, high - value]
          const nearest = toLow < toHigh || (toLow === toHigh && bits % 2 === 0) ? bits : bits + 1
          t.strictSame(halves(codec.encode(Float32Array.of(value, -value))), [
            nearest,
            nearest | 0x8000
          ])
        }
      )
    )
  })

  t.test(`encoding ${dtype} overflows to infinity and keeps NaN a NaN`, async t => {
    const infinity = (0x7fff >> fractionBits) << fractionBits
    const largest = halfValue(infinity - 1, fractionBits)
    const next = 2 * largest - halfValue(infinity - 2, fractionBits)
    t.equal(halves(codec.encode(Float32Array.of((largest + next) / 2)))[0], infinity)
    t.equal(halves(codec.encode(Float32Array.of(Infinity)))[0], infinity)
    const signalling = new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer)
    for (const bits of halves(codec.encode(signalling))) t.ok((bits & 0x7fff) > infinity)
  })
}

t.test('F16 follows its corner cases', async t => {
  const cases = [
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [2 ** -24 * 1.5, 0x0002],
    [1e-10, 0],
    [-0, 0x8000]
  ] as const
  for (const [value, bits] of cases) {
    t.equal(halves(floatCodec('F16').encode(Float32Array.of(value)))[0], bits, String(value))
  }
})

t.test('F32 passes through bit for bit', async t => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), bytes => {
      const codec = floatCodec('F32')
      t.strictSame([...codec.encode(codec.decode(bytes))], [...bytes])
    })
  )
})

t.test('F64 is rounded once to f32 and widened exactly', async t => {
  const codec = floatCodec('F64')
  const values = codec.decode(bytesOf(Float64Array.of(0.1, 1e300, -0, 1.5)))
  t.strictSame([...values], [Math.fround(0.1), Infinity, -0, 1.5])
  t.strictSame([...new Float64Array(codec.encode(values).buffer)], [...values])
})

t.test('a NaN of F64 becomes the positive quiet one in both directions', async t => {
  const codec = floatCodec('F64')
  const values = codec.decode(bytesOf(BigUint64Array.of(0xfff0000000000001n, 0x7ff8dead00000000n)))
  t.strictSame([...new Uint32Array(values.buffer)], [0x7fc00000, 0x7fc00000])
  const negative = new Float32Array(Uint32Array.of(0xffc00001).buffer)
  t.equal(new BigUint64Array(codec.encode(negative).buffer)[0], 0x7ff8n << 48n)
})

t.test('decode() takes bytes that start anywhere', async t => {
  const bytes = Uint8Array.of(9, ...bytesOf(Float32Array.of(1, 2)))
  for (const [dtype, expected] of [
    ['F32', [1, 2]],
    ['BF16', [0, 1, 0, 2]]
  ] as [FloatDtype, number[]][]) {
    t.strictSame([...floatCodec(dtype).decode(bytes.subarray(1))], expected)
  }
})
