import t from 'tap'
import { PIECE_BYTES } from '../src/limits.ts'
import { memoryCheckpoint } from '../src/memory-checkpoint.ts'
import { pieceSizes, readPieces } from '../src/pieces.ts'
import { collect } from './fixtures.ts'

/** 0, 1, piece−1, piece, piece+1, several. */
const SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 7]

t.test('pieceSizes() are full but for the last', async t => {
  t.strictSame([...pieceSizes(0)], [])
  t.strictSame([...pieceSizes(PIECE_BYTES)], [PIECE_BYTES])
  t.strictSame([...pieceSizes(PIECE_BYTES + 1)], [PIECE_BYTES, 1])
})

t.test('readPieces() streams all bytes of a tensor, each piece in a buffer of its own', async t => {
  for (const size of SIZES) {
    const data = Uint8Array.from({ length: size }, (_, i) => i % 251)
    const checkpoint = memoryCheckpoint({
      tensors: [{ name: 'x', dtype: 'U8', shape: [size], data }]
    })
    const pieces = await collect(readPieces(checkpoint, 'x'))
    t.strictSame(
      pieces.map(piece => piece.length),
      [...pieceSizes(size)]
    )
    t.ok(Buffer.concat(pieces).equals(data), `${size} bytes`)
  }
})
