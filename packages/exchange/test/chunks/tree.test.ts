import { CHUNK_SIZE_BYTES, NODE_FANOUT, payloadTree } from '@soup/manifest'
import { test } from 'tap'
import { below, rootOf } from '../../src/chunks/tree.ts'
import { addPayload, MemoryChunks, patterned } from '../network.ts'

const RAW_CID = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'

test('rootOf() refuses a root that a payload of this size cannot have', async t => {
  t.match(rootOf(RAW_CID, 5), { cid: RAW_CID, depth: 0, sizeBytes: 5 })
  for (const [root, sizeBytes] of [
    [RAW_CID, CHUNK_SIZE_BYTES + 1],
    ['bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku', 5],
    ['not a cid', 5],
    ['', 5]
  ] as const) {
    t.throws(() => rootOf(root, sizeBytes), { code: 'EXCHANGE_BAD_PAYLOAD' })
  }
  t.throws(() => rootOf(RAW_CID, -1), RangeError)
})

test('below() lists the chunks of a node front to back', async t => {
  const chunks = new MemoryChunks()
  const { root, sizeBytes } = await addPayload(chunks, patterned(3 * CHUNK_SIZE_BYTES + 9))
  const level = await below([rootOf(root, sizeBytes)], chunks, {})
  t.strictSame(
    level.map(({ parent, index, depth, sizeBytes, times }) => [
      parent,
      index,
      depth,
      sizeBytes,
      times
    ]),
    [0, 1, 2, 3].map(i => [root, i, 0, i === 3 ? 9 : CHUNK_SIZE_BYTES, 1])
  )
})

test('below() names equal chunks once and counts them, on every level', async t => {
  const chunks = new MemoryChunks()
  const tree = payloadTree()
  const leaf = { cid: RAW_CID, sizeBytes: CHUNK_SIZE_BYTES }
  const nodes = []
  for (let i = 0; i < 4 * NODE_FANOUT + 3; i++) nodes.push(...tree.addLeaf(leaf))
  const { root, sizeBytes, nodes: last } = tree.finish()
  for (const node of [...nodes, ...last]) await chunks.put(node.cid, node.bytes)
  const inner = await below([rootOf(root, sizeBytes)], chunks, {})
  t.strictSame(
    inner.map(node => node.times),
    [4, 1]
  )
  const leaves = await below(inner, chunks, {})
  t.equal(leaves.length, 1)
  t.equal(leaves[0]?.times, 4 * NODE_FANOUT + 3)
})

test('below() refuses a DAG of another size than promised', async t => {
  const chunks = new MemoryChunks()
  const { root, sizeBytes } = await addPayload(chunks, patterned(2 * CHUNK_SIZE_BYTES))
  await t.rejects(below([rootOf(root, sizeBytes + 1)], chunks, {}), {
    code: 'EXCHANGE_BAD_PAYLOAD'
  })
})

test('below() refuses a node that is none', async t => {
  const chunks = new MemoryChunks()
  const { root, sizeBytes } = await addPayload(chunks, patterned(2 * CHUNK_SIZE_BYTES))
  await chunks.put(root, new Uint8Array(100))
  await t.rejects(below([rootOf(root, sizeBytes)], chunks, {}), { code: 'EXCHANGE_BAD_PAYLOAD' })
  chunks.map.delete(root)
  await t.rejects(below([rootOf(root, sizeBytes)], chunks, {}), { message: /left the store/ })
})
