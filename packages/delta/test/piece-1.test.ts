import { zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { elementLayout } from '../src/difference.ts'
import { decodePiece1 } from '../src/piece-1.ts'
import { noise } from './fixtures.ts'
import { patterns, toBytes, zigzagDifference } from './reference.ts'

const U8 = elementLayout('U8')

function decode(stored: Uint8Array, base: Uint8Array, layout = U8): Uint8Array {
  const piece = base.slice()
  decodePiece1(stored, piece, layout)
  return piece
}

/** Byte planes of the differences, as the format's page says it. */
function planes(expert: Uint8Array, base: Uint8Array, dtype: string): Uint8Array {
  const { width, isFloat } = elementLayout(dtype)
  const theirs = patterns(base, width)
  const z = patterns(expert, width).map((p, i) =>
    toBytes([zigzagDifference(p, theirs[i]!, 8 * width, isFloat)], width)
  )
  return Uint8Array.from(
    Array.from({ length: width }, (_, plane) => z.map(bytes => bytes[plane]!)).flat()
  )
}

t.test('planes of every width give the expert back, plain and in a frame', async t => {
  for (const dtype of ['U8', 'BF16', 'F32', 'F64', 'I64']) {
    const [expert, base] = [noise(1, 480), noise(2, 480)]
    const plain = planes(expert, base, dtype)
    t.strictSame(decode(plain, base, elementLayout(dtype)), expert)
    const same = base.with(0, base[0]! ^ 1)
    const packed = new Uint8Array(zstdCompressSync(planes(same, base, dtype)))
    t.strictSame(decode(packed, base, elementLayout(dtype)), same)
    t.strictSame(decode(new Uint8Array(0), base), base)
  }
})

t.test('a piece of 1 MiB is decoded part by part', async t => {
  const base = noise(3, 2 ** 20)
  const packed = new Uint8Array(zstdCompressSync(new Uint8Array(2 ** 20).fill(2)))
  t.ok(
    Buffer.compare(
      decode(packed, base),
      base.map(byte => byte + 1)
    ) === 0
  )
})

t.test('stored bytes that decode to more or less than the piece are refused', async t => {
  const base = new Uint8Array(1000)
  const packed = (size: number) => new Uint8Array(zstdCompressSync(new Uint8Array(size)))
  t.throws(() => decode(packed(999), base), { message: /holds 999 bytes, expected 1000/ })
  t.throws(() => decode(packed(1001), base), { message: /not zstd data, or too large/ })
  t.throws(() => decode(packed(2 ** 26), base), { message: /too large/ }, 'a bomb')
  t.throws(() => decode(new Uint8Array(10), base), RangeError)
  t.throws(() => decode(packed(1000).subarray(0, -1), base), RangeError, 'cut')
  t.throws(() => decode(new Uint8Array([...packed(1000), 1]), base), RangeError, 'followed by more')
})

t.test('a frame that asks for a window of 128 MiB is refused', async t => {
  // Magic number, no single segment, window descriptor 2^27, one empty last raw block.
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0, 0)
  t.throws(() => decode(frame, new Uint8Array(1000)), { message: /not zstd data, or too large/ })
})
