import { chunkCid } from '@soup/manifest'
import t from 'tap'
import { isChunkName, memoryChunks } from '../src/chunk-box.ts'

t.test('isChunkName() takes base32 CIDs with SHA-256 only', async t => {
  t.equal(isChunkName(await chunkCid(new Uint8Array())), true)
  for (const name of ['', '..', 'b/..', 'QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n']) {
    t.equal(isChunkName(name), false)
  }
})

t.test('memoryChunks() marks and unmarks payloads', async t => {
  const chunks = memoryChunks(10)
  await chunks.mark('root', 5)
  t.equal(await chunks.marked('root'), 5)
  await chunks.unmark('root')
  t.equal(await chunks.marked('root'), undefined)
})
