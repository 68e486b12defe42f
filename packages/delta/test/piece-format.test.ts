import { memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { exactFormat } from '../src/piece-format.ts'

const info = { name: 'x', dtype: 'BF16', shape: [4], sizeBytes: 8 }

t.test('the codec in the metadata decides how large pieces are', async t => {
  const pieceBytes = (codec: string) =>
    exactFormat(memoryCheckpoint({ metadata: [['soup.codec', codec]], tensors: [] }), info)
      .pieceBytes
  t.equal(pieceBytes('exact/1'), 2 ** 20)
  t.equal(pieceBytes('exact/2'), 2 ** 18)
})

t.test('as many bytes as a piece has are the piece itself', async t => {
  const format = exactFormat(memoryCheckpoint({ tensors: [] }), info)
  const piece = new Uint8Array(8)
  format.decode(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), piece)
  t.strictSame([...piece], [1, 2, 3, 4, 5, 6, 7, 8])
  t.equal(format.maxStoredBytes(8), 8)
})
