import { memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { EXACT_PIECE_BYTES } from '../src/limits.ts'
import { exactFormat } from '../src/piece-format.ts'
import { StoredPieces } from '../src/stored-pieces.ts'

const info = (sizeBytes: number) => ({ name: 'x', dtype: 'U8', shape: [sizeBytes], sizeBytes })

function stored(lengths: number[], rest: Uint8Array, sizeBytes: number): StoredPieces {
  const data = Buffer.concat([new Uint8Array(Uint32Array.from(lengths).buffer), rest])
  const payload = memoryCheckpoint({
    name: 'p',
    metadata: [['soup.codec', 'exact/2']],
    tensors: [{ name: 'x', dtype: 'U8', shape: [data.length], data }]
  })
  return new StoredPieces(payload, info(sizeBytes), exactFormat(payload, info(sizeBytes)), 0)
}

t.test('pieces are decoded in order: unchanged ones, and stored ones', async t => {
  const pieces = stored([0, 2], Uint8Array.of(5, 6), EXACT_PIECE_BYTES + 2)
  const first = new Uint8Array(EXACT_PIECE_BYTES).fill(9)
  await pieces.decode(first)
  t.ok(first.every(byte => byte === 9))
  const second = new Uint8Array(2)
  await pieces.decode(second)
  t.strictSame([...second], [5, 6])
})

t.test('a wrong table is refused before a piece is read, a wrong piece by its number', async t => {
  const piece = new Uint8Array(4)
  const refuse = (pieces: StoredPieces, message: RegExp) =>
    t.rejects(pieces.decode(piece), { code: 'DELTA_INVALID', details: { tensor: 'x' }, message })
  await refuse(stored([5], new Uint8Array(5), 4), /piece 0 claims 5 bytes of at most 4/)
  await refuse(stored([3], new Uint8Array(2), 4), /claim 7 bytes, there are 6/)
  await refuse(stored([2], new Uint8Array(3), 4), /claim 6 bytes, there are 7/)
  await refuse(stored([3], Uint8Array.of(7, 0, 0), 4), /piece 0: its stream is of kind 7/)
})
