import { memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { versionOf } from '../src/version.ts'

t.test('the codec in the metadata decides how large pieces are', async t => {
  const pieceBytes = (codec: string) =>
    versionOf(memoryCheckpoint({ name: 'p', metadata: [['soup.codec', codec]], tensors: [] }))
      .pieceBytes
  t.equal(pieceBytes('exact/1'), 2 ** 20)
  t.equal(pieceBytes('exact/2'), 2 ** 18)
})
