import fc from 'fast-check'
import t from 'tap'
import { storeVarint } from '../src/store-varint.ts'

/** An int64 as protobuf writes it. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.from([...bytes, Number(rest)])
}

function store(bytes: Uint8Array, widthBytes: number): Uint8Array | undefined {
  const target = new Uint8Array(widthBytes)
  const taken = storeVarint(bytes, 0, new DataView(target.buffer), 0, widthBytes)
  if (taken !== undefined) t.equal(taken, bytes.length)
  return taken === undefined ? undefined : target
}

t.test('storeVarint() stores every integer that fits, signed or not, and no other', async t => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.nat(63), (large, shift) => {
      const value = large >> BigInt(shift)
      for (const widthBytes of [1, 2, 4, 8]) {
        const bits = BigInt(8 * widthBytes)
        const fits = value >= -(2n ** (bits - 1n)) && value < 2n ** bits
        const expected = new Uint8Array(8)
        new DataView(expected.buffer).setBigInt64(0, value, true)
        const got = store(varint(value), widthBytes)
        t.same(got, fits ? expected.subarray(0, widthBytes) : undefined)
      }
    }),
    { numRuns: 300 }
  )
})

t.test('storeVarint() knows the bounds of each width', async t => {
  t.same(store(varint(255n), 1), Uint8Array.of(255))
  t.same(store(varint(-128n), 1), Uint8Array.of(128))
  t.same(store(varint(-129n), 1), undefined)
  t.same(store(varint(256n), 1), undefined)
  t.same(store(varint(2n ** 64n - 1n), 8), new Uint8Array(8).fill(255))
})

t.test('storeVarint() refuses a varint that is cut off or does not end', async t => {
  t.equal(store(Uint8Array.of(0x80), 4), undefined)
  t.equal(store(new Uint8Array(0), 4), undefined)
  t.equal(store(new Uint8Array(11).fill(0x80), 8), undefined)
})
