import { CHUNK_SIZE_BYTES, chunkCid } from '@soup/manifest'
import { seededBytes } from '../seeded.ts'
import type { WithStore } from './store-under-test.ts'

/** Chunks: kept whole, under no name but their own. */
export async function chunkCompliance(withStore: WithStore): Promise<void> {
  await withStore('chunks.get() returns a copy of what put() kept', async (t, store) => {
    const bytes = seededBytes(1, 5000)
    const cid = await chunkCid(bytes)
    t.equal(await store.chunks.has(cid), false)
    t.equal(await store.chunks.get(cid), undefined)
    await store.chunks.put(cid, bytes)
    await store.chunks.put(cid, bytes)
    t.equal(await store.chunks.has(cid), true)
    const copy = await store.chunks.get(cid)
    copy?.fill(0)
    t.same(await store.chunks.get(cid), bytes)
  })
  await withStore('chunks are kept whole when many come at once', async (t, store) => {
    const chunks = Array.from({ length: 40 }, (_, i) => seededBytes(i, 1000 + i))
    const cids = await Promise.all(chunks.map(chunkCid))
    await Promise.all([...cids, ...cids].map((cid, i) => store.chunks.put(cid, chunks[i % 40]!)))
    t.same(await Promise.all(cids.map(cid => store.chunks.get(cid))), chunks)
  })
  await withStore(
    'chunks refuse a name that leads elsewhere, and more than a chunk',
    async (t, store) => {
      const cid = await chunkCid(new Uint8Array())
      for (const name of ['../../etc/passwd', '', cid.toUpperCase(), `${cid}/x`]) {
        await t.rejects(store.chunks.put(name, new Uint8Array()), TypeError)
        t.equal(await store.chunks.has(name), false)
        t.equal(await store.chunks.get(name), undefined)
      }
      await t.rejects(store.chunks.put(cid, new Uint8Array(CHUNK_SIZE_BYTES + 1)), TypeError)
    }
  )
}
