import fc from 'fast-check'
import t from 'tap'
import { add, elementLayout, subtract } from '../src/difference.ts'
import { BYTES, UPPER_Z, Z } from '../src/kernels.ts'
import { patterns, toBytes, zigzagDifference } from './reference.ts'

const DTYPES =
  'BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64 FUTURE'.split(
    ' '
  )

/** The differences that `subtract` leaves in the kernels' memory. */
function differences(expert: Uint8Array, base: Uint8Array, dtype: string): bigint[] {
  const layout = elementLayout(dtype)
  subtract(expert, base, layout)
  const count = expert.length / layout.width
  if (layout.width < 8) return patterns(BYTES.subarray(Z, Z + expert.length), layout.width)
  const [low, high] = [Z, UPPER_Z].map(at => patterns(BYTES.subarray(at, at + 4 * count), 4))
  return low!.map((value, i) => value | (high![i]! << 32n))
}

function roundTrip(expert: Uint8Array, base: Uint8Array, dtype: string): Uint8Array {
  subtract(expert, base, elementLayout(dtype))
  const piece = base.slice()
  add(piece, elementLayout(dtype))
  return piece
}

t.test(
  'elementLayout() takes floats as floats and what is packed or unknown byte by byte',
  async t => {
    t.strictSame(elementLayout('BF16'), { width: 2, isFloat: true })
    t.strictSame(elementLayout('F8_E5M2FNUZ'), { width: 1, isFloat: true })
    t.strictSame(elementLayout('C64'), { width: 4, isFloat: true })
    t.strictSame(elementLayout('F8_E8M0'), { width: 1, isFloat: false })
    t.strictSame(elementLayout('U64'), { width: 8, isFloat: false })
    t.strictSame(elementLayout('F4'), { width: 1, isFloat: false })
    t.strictSame(elementLayout('FUTURE'), { width: 1, isFloat: false })
  }
)

for (const dtype of DTYPES) {
  t.test(
    `add() undoes subtract(), which computes the formula, for any patterns of ${dtype}`,
    async t => {
      const bytes = fc.uint8Array({ minLength: 72, maxLength: 72 })
      const { width, isFloat } = elementLayout(dtype)
      fc.assert(
        fc.property(bytes, bytes, fc.nat(3), (expert, base, skew) => {
          const shifted = new Uint8Array([...new Uint8Array(skew), ...expert]).subarray(skew)
          t.strictSame(roundTrip(shifted, base, dtype), expert)
          const theirs = patterns(base, width)
          t.strictSame(
            differences(shifted, base, dtype),
            patterns(expert, width).map((p, i) =>
              zigzagDifference(p, theirs[i]!, 8 * width, isFloat)
            )
          )
        }),
        { numRuns: 20 }
      )
    }
  )
}

t.test('add() undoes subtract() for every pair of 8-bit patterns', async t => {
  for (const dtype of ['F8_E4M3', 'I8']) {
    const expert = Uint8Array.from({ length: 65536 }, (_, i) => i)
    const base = Uint8Array.from({ length: 65536 }, (_, i) => i >> 8)
    t.ok(Buffer.compare(roundTrip(expert, base, dtype), expert) === 0)
  }
})

/** The smallest and largest patterns, signed zeros, subnormals, infinities and NaNs of each float. */
const SPECIAL: Record<string, bigint[]> = {
  F16: [0n, 0x8000n, 1n, 0x8001n, 0x03ffn, 0x7c00n, 0xfc00n, 0x7c01n, 0x7e00n, 0xffffn],
  BF16: [0n, 0x8000n, 1n, 0x8001n, 0x007fn, 0x7f80n, 0xff80n, 0x7f81n, 0x7fc0n, 0xffffn],
  F32: [0n, 0x80000000n, 1n, 0x7f800000n, 0xff800000n, 0x7f800001n, 0x7fc00000n, 0xffffffffn],
  F64: [
    0n,
    2n ** 63n,
    1n,
    0x7ff0n << 48n,
    0xfff0n << 48n,
    (0x7ff0n << 48n) + 1n,
    2n ** 64n - 1n,
    2n ** 32n - 1n,
    2n ** 32n
  ]
}

for (const [dtype, special] of Object.entries(SPECIAL)) {
  t.test(`add() undoes subtract() for all pairs of special ${dtype}`, async t => {
    const { width } = elementLayout(dtype)
    const expert = toBytes(
      special.flatMap(pattern => special.map(() => pattern)),
      width
    )
    const base = toBytes(
      special.flatMap(() => special),
      width
    )
    t.strictSame(roundTrip(expert, base, dtype), expert)
  })
}

t.test('neighbouring floats are one apart, across zero too', async t => {
  const one = (dtype: string, expert: ArrayBufferView, base: ArrayBufferView) =>
    differences(new Uint8Array(expert.buffer), new Uint8Array(base.buffer), dtype).map(Number)
  t.strictSame(
    one(
      'BF16',
      Uint16Array.of(0x3f81, 0x3f7f, 0xbf81, 0x0000),
      Uint16Array.of(0x3f80, 0x3f80, 0xbf80, 0x8000)
    ),
    [2, 1, 1, 2]
  )
  t.strictSame(one('F32', Float32Array.of(1 + 2 ** -23), Float32Array.of(1)), [2])
  t.strictSame(one('F64', Float64Array.of(1, 1 - 2 ** -53), Float64Array.of(1, 1)), [0, 1])
  t.strictSame(one('I16', Int16Array.of(-1, -32768), Int16Array.of(0, 32767)), [1, 2])
  t.strictSame(one('U64', BigUint64Array.of(0n), BigUint64Array.of(2n ** 64n - 1n)), [2])
})
