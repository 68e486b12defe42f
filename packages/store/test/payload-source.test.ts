import { chunkCid, payloadTree } from '@soup/manifest'
import { seededBytes } from '@soup/testing'
import t from 'tap'
import { payloadSize, payloadSource } from '../src/payload-source.ts'

t.test('a chunk that is shorter than its place in the payload counts as damaged', async t => {
  const short = seededBytes(1, 100)
  const root = await chunkCid(short)
  const source = payloadSource(root, 200, { readChunk: async () => short })
  await t.rejects(source.read(0, 10), { code: 'PAYLOAD_INCOMPLETE' })
})

t.test('small steps read each chunk once', async t => {
  const bytes = seededBytes(1, 5000)
  const root = await chunkCid(bytes)
  let reads = 0
  const source = payloadSource(root, 5000, {
    readChunk: async () => {
      reads += 1
      return bytes
    }
  })
  await Promise.all([source.read(0, 10), source.read(10, 10)])
  t.same(await source.read(20, 10), bytes.slice(20, 30))
  t.equal(reads, 1)
})

t.test('what read() returns belongs to the caller', async t => {
  const bytes = seededBytes(1, 50)
  const source = payloadSource(await chunkCid(bytes), 50, { readChunk: async () => bytes.slice() })
  ;(await source.read(0, 50)).fill(0)
  t.same(await source.read(0, 50), bytes)
})

t.test('read() refuses fractions and passes on abort reasons', async t => {
  const bytes = seededBytes(1, 50)
  const source = payloadSource(await chunkCid(bytes), 50, { readChunk: async () => bytes })
  await t.rejects(source.read(0.5, 1), RangeError)
  await t.rejects(source.read(0, Number.NaN), RangeError)
  const reason = new Error('enough')
  await t.rejects(source.read(0, 1, { signal: AbortSignal.abort(reason) }), reason)
})

t.test('payloadSize() asks the root alone', async t => {
  const tree = payloadTree()
  tree.addLeaf({ cid: await chunkCid(seededBytes(1, 1 << 20)), sizeBytes: 1 << 20 })
  tree.addLeaf({ cid: await chunkCid(seededBytes(2, 5)), sizeBytes: 5 })
  const { root, nodes, sizeBytes } = tree.finish()
  t.equal(await payloadSize(root, async () => nodes[0]!.bytes), sizeBytes)
  t.equal(await payloadSize(root, async () => undefined), undefined)
})
