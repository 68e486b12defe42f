import type { Progress } from '@soup/interface'
import { CHUNK_SIZE_BYTES } from '@soup/manifest'
import { memorySource } from '../memory-source.ts'
import { seededBytes } from '../seeded.ts'
import type { WithStore } from './store-under-test.ts'

/** Sizes where the tree changes its form: nothing, one byte, around one chunk, several chunks. */
const PAYLOAD_SIZES = [
  0,
  1,
  CHUNK_SIZE_BYTES - 1,
  CHUNK_SIZE_BYTES,
  CHUNK_SIZE_BYTES + 1,
  3_500_000
]

/** Payloads that are here: added, and read back at any range. */
export async function payloadCompliance(withStore: WithStore): Promise<void> {
  for (const size of PAYLOAD_SIZES) {
    await withStore(
      `payloads.add() keeps ${size} bytes that source() reads back`,
      async (t, store) => {
        const bytes = seededBytes(size, size)
        const { root, sizeBytes } = await store.payloads.add(memorySource(bytes))
        t.equal(sizeBytes, size)
        t.same(await store.payloads.state(root), { sizeBytes, isComplete: true, haveBytes: size })
        const source = await store.payloads.source(root)
        t.ok(Buffer.from(await source!.read(0, size)).equals(bytes))
        await t.rejects(source!.read(0, size + 1), RangeError)
        await t.rejects(source!.read(-1, 1), RangeError)
        t.match(await store.payloads.locate(root), { root, sizeBytes })
        await source?.close()
        await source?.close()
      }
    )
  }
  await withStore('payloads.source() reads any range', async (t, store) => {
    const bytes = seededBytes(1, 3 * CHUNK_SIZE_BYTES + 17)
    const { root } = await store.payloads.add(memorySource(bytes))
    const source = (await store.payloads.source(root))!
    const spots = [0, 1, CHUNK_SIZE_BYTES - 1, CHUNK_SIZE_BYTES, 2 * CHUNK_SIZE_BYTES + 5]
    await Promise.all(
      spots.flatMap(offset =>
        [0, 1, 1000, CHUNK_SIZE_BYTES].map(async length =>
          t.ok(
            Buffer.from(await source.read(offset, length)).equals(
              bytes.subarray(offset, offset + length)
            )
          )
        )
      )
    )
  })
  await withStore(
    'payloads.add() reports progress from nothing to everything',
    async (t, store) => {
      const seen: Progress[] = []
      const bytes = seededBytes(1, 2 * CHUNK_SIZE_BYTES + 1)
      await store.payloads.add(memorySource(bytes), { onProgress: p => seen.push(p) })
      t.same(
        seen.map(p => p.done),
        [0, CHUNK_SIZE_BYTES, 2 * CHUNK_SIZE_BYTES, bytes.length]
      )
      t.ok(seen.every(p => p.total === bytes.length && p.unit === 'bytes'))
    }
  )
  await withStore(
    'payloads.add() passes on an abort and what a source throws',
    async (t, store) => {
      const reason = new Error('enough')
      const source = memorySource(seededBytes(1, 5 * CHUNK_SIZE_BYTES))
      await t.rejects(store.payloads.add(source, { signal: AbortSignal.abort(reason) }), reason)
      const broken = { ...source, read: () => Promise.reject(reason) }
      await t.rejects(store.payloads.add(broken), reason)
    }
  )
}
