import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { CHUNK_SIZE_BYTES, chunkCid, payloadTree } from '@soup/manifest'
import { levelStore, memoryStore } from '@soup/store'
import { memorySource, seededBytes } from '@soup/testing'
import t from 'tap'

t.test('payloads.add() has at most 4 chunks of the source in memory at once', async t => {
  const bytes = seededBytes(1, 12 * CHUNK_SIZE_BYTES)
  const source = memorySource(bytes)
  let open = 0
  let most = 0
  const store = memoryStore()
  const { put } = store.chunks
  store.chunks.put = async (cid, chunk) => {
    await put(cid, chunk)
    open -= chunk.length === CHUNK_SIZE_BYTES ? 1 : 0
  }
  const read: typeof source.read = async (offset, length) => {
    open += 1
    most = Math.max(most, open)
    return source.read(offset, length)
  }
  await store.payloads.add({ ...source, read })
  t.equal(open, 0)
  t.equal(most, 4)
})

t.test('payloads.add() gives the same root for the same bytes', async t => {
  const store = memoryStore()
  const add = async (seed: number) =>
    (await store.payloads.add(memorySource(seededBytes(seed, 1_100_000)))).root
  t.equal(await add(1), await add(1))
  t.not(await add(1), await add(2))
})

t.test('a payload of more than one inner node reads back across their border', async t => {
  const store = memoryStore()
  const full = new Uint8Array(CHUNK_SIZE_BYTES)
  const end = new Uint8Array([1, 2, 3])
  const tree = payloadTree()
  const leaf = { cid: await chunkCid(full), sizeBytes: full.length }
  const nodes = Array.from({ length: 1025 }, () => tree.addLeaf(leaf)).flat()
  nodes.push(...tree.addLeaf({ cid: await chunkCid(end), sizeBytes: 3 }))
  const { root, sizeBytes, nodes: rest } = tree.finish()
  for (const node of [...nodes, ...rest]) {
    await store.chunks.put(node.cid, node.bytes)
  }
  await store.chunks.put(leaf.cid, full)
  await store.chunks.put(await chunkCid(end), end)
  await store.payloads.complete(root, sizeBytes)
  const kept = (await store.payloads.source(root))!
  t.same(await kept.read(sizeBytes - 5, 5), new Uint8Array([0, 0, 1, 2, 3]))
  t.same(await kept.read(1024 * CHUNK_SIZE_BYTES - 1, 2), new Uint8Array(2))
})

t.test('a root that is no node of a payload counts as not kept', async t => {
  const store = memoryStore()
  const tree = payloadTree()
  const cid = await chunkCid(seededBytes(1, 100))
  tree.addLeaf({ cid, sizeBytes: 100 })
  tree.addLeaf({ cid, sizeBytes: 100 }) // only the last chunk may be short
  const { root, nodes } = tree.finish()
  await store.chunks.put(root, nodes.at(-1)!.bytes)
  t.equal(await store.payloads.state(root), undefined)
  await t.rejects(store.payloads.complete(root, 2 * CHUNK_SIZE_BYTES), {
    code: 'PAYLOAD_NODE_INVALID'
  })
})

t.test('a chunk that lost its end is removed, so that a pull fetches it again', async t => {
  const path = t.testdir()
  const store = levelStore({ path })
  await store.start()
  t.teardown(() => store.stop())
  const bytes = seededBytes(1, 1000)
  const { root } = await store.payloads.add(memorySource(bytes))
  await truncate(join(path, 'chunks', 'data', root.slice(-3, -1), root), 10)
  await t.rejects(store.payloads.complete(root, 1000), { code: 'PAYLOAD_INCOMPLETE' })
  t.equal(await store.chunks.has(root), false)
})
