import t from 'tap'
import {
  encodePieceTable,
  maxTensorBytes,
  pieceCount,
  pieceTableBytes
} from '../src/piece-table.ts'

const FORMAT = { pieceBytes: 100, maxStoredBytes: (sizeBytes: number) => sizeBytes / 2 + 1 }

t.test('a table holds 32 bits a piece, little endian', async t => {
  t.strictSame([...encodePieceTable([7, 0x01020304])], [7, 0, 0, 0, 4, 3, 2, 1])
})

t.test('sizes follow from the number of pieces', async t => {
  t.strictSame(
    [0, 1, 100, 101].map(size => pieceCount(size, FORMAT)),
    [0, 1, 1, 2]
  )
  t.strictSame(
    [0, 1, 100, 101].map(size => pieceTableBytes(size, FORMAT)),
    [0, 4, 4, 8]
  )
  t.strictSame(
    [0, 4, 100, 104].map(size => maxTensorBytes(size, FORMAT)),
    [0, 7, 55, 62]
  )
})
