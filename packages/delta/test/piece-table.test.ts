import t from 'tap'
import { EXACT_PIECE_BYTES } from '../src/limits.ts'
import {
  encodePieceTable,
  maxStoredBytes,
  pieceTableBytes,
  readPieceTable
} from '../src/piece-table.ts'
import { checkpoint } from './fixtures.ts'

const payload = checkpoint('p', [])
const info = {
  name: 'x',
  dtype: 'U8',
  shape: [EXACT_PIECE_BYTES + 1],
  sizeBytes: EXACT_PIECE_BYTES + 1
}
const limit = (sizeBytes: number) => sizeBytes / 2 + 1

/** Reads a table of a tensor of two pieces, the last of one byte. */
async function read(lengths: number[], sizeBytes: number): Promise<number[]> {
  const table = encodePieceTable(lengths)
  const reader = { read: async (target: Uint8Array) => target.set(table) }
  return readPieceTable(payload, info, { ...info, sizeBytes }, reader, limit)
}

t.test('a table comes back as it was written', async t => {
  t.strictSame(await read([7, 1], 16), [7, 1])
})

t.test('a length over its limit, or lengths that do not add up, are refused', async t => {
  await t.rejects(read([7, 2], 17), { code: 'DELTA_INVALID', message: /piece 1 claims 2 bytes/ })
  await t.rejects(read([2 ** 32 - 1, 1], 16), { code: 'DELTA_INVALID' })
  await t.rejects(read([7, 1], 17), {
    code: 'DELTA_INVALID',
    message: /claim 16 bytes, there are 17/
  })
})

t.test('sizes follow from the number of pieces', t => {
  t.strictSame([0, 1, EXACT_PIECE_BYTES, EXACT_PIECE_BYTES + 1].map(pieceTableBytes), [0, 4, 4, 8])
  t.strictSame(
    [0, 4, EXACT_PIECE_BYTES, EXACT_PIECE_BYTES + 4].map(size => maxStoredBytes(size, limit)),
    [0, 7, 5 + EXACT_PIECE_BYTES / 2, 12 + EXACT_PIECE_BYTES / 2]
  )
  t.end()
})
