import { zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { elementLayout } from '../src/difference.ts'
import { decodePiece, encodePiece } from '../src/piece.ts'
import { noise } from './fixtures.ts'

const U8 = elementLayout('U8')

t.test("an unchanged piece takes nothing and decodes to the base's own buffer", async t => {
  const base = noise(1, 1000)
  const stored = encodePiece(base.slice(), base, U8)
  t.equal(stored.length, 0)
  t.equal(decodePiece(stored, base, U8), base)
})

t.test('a piece that zstd gains nothing on is stored as it is', async t => {
  for (const size of [1, 4096]) {
    const [expert, base] = [noise(2, size), noise(3, size)]
    const stored = encodePiece(expert, base, U8)
    t.equal(stored.length, size)
    t.strictSame(decodePiece(stored, base, U8), expert)
  }
})

t.test('a piece that changed a little takes little', async t => {
  const base = noise(4, 2 ** 20)
  const expert = base.map((byte, i) => (i % 100 === 0 ? byte + 1 : byte))
  const stored = encodePiece(expert, base, U8)
  t.ok(stored.length < 2 ** 20 / 20, `${stored.length} bytes`)
  t.ok(Buffer.compare(decodePiece(stored, base, U8), expert) === 0)
})

t.test('stored bytes that decode to more or less than the piece are refused', async t => {
  const base = new Uint8Array(1000)
  const packed = (size: number) => new Uint8Array(zstdCompressSync(new Uint8Array(size)))
  t.throws(() => decodePiece(packed(999), base, U8), { message: /holds 999 bytes, expected 1000/ })
  t.throws(() => decodePiece(packed(1001), base, U8), { message: /not zstd data, or too large/ })
  t.throws(() => decodePiece(packed(2 ** 26), base, U8), { message: /too large/ }, 'a bomb')
  t.throws(() => decodePiece(new Uint8Array(10), base, U8), RangeError)
  t.throws(() => decodePiece(packed(1000).subarray(0, -1), base, U8), RangeError, 'cut')
  t.throws(
    () => decodePiece(new Uint8Array([...packed(1000), 1]), base, U8),
    RangeError,
    'followed by more'
  )
})

t.test('a frame that asks for a window of 128 MiB is refused', async t => {
  // Magic number, no single segment, window descriptor 2^27, one empty last raw block.
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0, 0)
  t.throws(() => decodePiece(frame, new Uint8Array(1000), U8), {
    message: /not zstd data, or too large/
  })
})
