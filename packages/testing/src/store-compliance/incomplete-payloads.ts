import { CHUNK_SIZE_BYTES, chunkCid, payloadTree } from '@soup/manifest'
import { seededBytes } from '../seeded.ts'
import type { WithStore } from './store-under-test.ts'

/** The chunks and inner nodes of a payload of 3 chunks, root last. */
async function threeChunks(): Promise<{
  root: string
  sizeBytes: number
  parts: [string, Uint8Array][]
}> {
  const bytes = seededBytes('three', 2 * CHUNK_SIZE_BYTES + 7)
  const tree = payloadTree()
  const parts: [string, Uint8Array][] = []
  for (let at = 0; at < bytes.length; at += CHUNK_SIZE_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_SIZE_BYTES)
    const cid = await chunkCid(chunk)
    parts.push([cid, chunk])
    tree.addLeaf({ cid, sizeBytes: chunk.length })
  }
  const { root, sizeBytes, nodes } = tree.finish()
  return {
    root,
    sizeBytes,
    parts: [...parts, ...nodes.map(n => [n.cid, n.bytes] as [string, Uint8Array])]
  }
}

/** Payloads on their way: never said to be complete before their last chunk. */
export async function incompleteCompliance(withStore: WithStore): Promise<void> {
  await withStore('a payload whose root is not kept is unknown', async (t, store) => {
    const { root, sizeBytes } = await threeChunks()
    t.equal(await store.payloads.state(root), undefined)
    t.equal(await store.payloads.source(root), undefined)
    t.equal(await store.payloads.locate(root), undefined)
    await t.rejects(store.payloads.complete(root, sizeBytes), { code: 'PAYLOAD_INCOMPLETE' })
  })
  await withStore('a payload is complete only once its last chunk is kept', async (t, store) => {
    const { root, sizeBytes, parts } = await threeChunks()
    let haveBytes = 0
    for (const [cid, bytes] of [parts[3]!, parts[2]!, parts[0]!]) {
      await store.chunks.put(cid, bytes)
      haveBytes += cid === root ? 0 : bytes.length
      t.same(await store.payloads.state(root), { sizeBytes, isComplete: false, haveBytes })
      await t.rejects(store.payloads.complete(root, sizeBytes), {
        code: 'PAYLOAD_INCOMPLETE',
        details: { root, sizeBytes, haveBytes }
      })
    }
    await store.chunks.put(...parts[1]!)
    await store.payloads.complete(root, sizeBytes)
    t.same(await store.payloads.state(root), { sizeBytes, isComplete: true, haveBytes: sizeBytes })
  })
  await withStore(
    'source() reads the chunks that are there, and names one that is not',
    async (t, store) => {
      const { root, parts } = await threeChunks()
      await store.chunks.put(...parts[3]!)
      await store.chunks.put(...parts[0]!)
      const source = (await store.payloads.source(root))!
      t.same(await source.read(10, 20), parts[0]![1].slice(10, 30))
      await t.rejects(source.read(CHUNK_SIZE_BYTES - 1, 2), {
        code: 'PAYLOAD_INCOMPLETE',
        details: { root, cid: parts[1]![0] }
      })
      await store.chunks.put(...parts[1]!)
      t.equal((await source.read(CHUNK_SIZE_BYTES - 1, 2)).length, 2)
    }
  )
  await withStore(
    'complete() refuses a size that is not the size of the payload',
    async (t, store) => {
      const { root, sizeBytes, parts } = await threeChunks()
      for (const part of parts) {
        await store.chunks.put(...part)
      }
      await t.rejects(store.payloads.complete(root, sizeBytes + 1), {
        code: 'PAYLOAD_NODE_INVALID'
      })
      await t.rejects(store.payloads.complete(parts[2]![0], 8), { code: 'PAYLOAD_INCOMPLETE' })
    }
  )
}
