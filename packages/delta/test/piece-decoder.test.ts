import t from 'tap'
import { decodePieces } from '../src/piece-decoder.ts'
import type { PieceFormat } from '../src/piece-format.ts'
import { encodePieceTable } from '../src/piece-table.ts'
import { checkpoint, noise } from './fixtures.ts'

/** Pieces of ten bytes; what is stored of one is a number that is added to all of its bytes. */
const format: PieceFormat = {
  pieceBytes: 10,
  maxStoredBytes: () => 1,
  decode: ([shift], piece) => {
    for (let i = 0; i < piece.length; i++) piece[i]! += shift!
  }
}
const data = noise(1, 25)
const base = checkpoint('base', [['x', 'U8', [25], data]])
const info = base.tensors.get('x')!
const stored = Buffer.concat([encodePieceTable([1, 0, 1]), Uint8Array.of(1, 5)])
const payload = checkpoint('payload', [['x', 'U8', [stored.length], stored]])
const expected = data.map((byte, i) => byte + (i < 10 ? 1 : i < 20 ? 0 : 5))

t.test('reads of any size give the decoded pieces, from any offset', async t => {
  for (const size of [1, 3, 10, 24, 25]) {
    for (const offset of [0, 4, 10, 24]) {
      const reader = decodePieces({ base, payload, info, format, offset })
      const all = new Uint8Array(25 - offset)
      for (let at = 0; at < all.length; at += size) await reader.read(all.subarray(at, at + size))
      t.strictSame(all, expected.subarray(offset), `${size} from ${offset}`)
      await t.rejects(reader.read(new Uint8Array(1)), RangeError)
    }
  }
})
