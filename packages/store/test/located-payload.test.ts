import { hash } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { levelStore, memoryStore, openLocatedPayload } from '@soup/store'
import { memorySource, seededBytes } from '@soup/testing'
import t from 'tap'

const bytes = seededBytes(1, 2_200_000)

t.test('a worker thread reads a located payload while the store is open', async t => {
  const level = levelStore({ path: t.testdir() })
  for (const store of [level, memoryStore()]) {
    await store.start()
    t.teardown(() => store.stop())
    const { root } = await store.payloads.add(memorySource(bytes))
    const workerData = await store.payloads.locate(root)
    const worker = new Worker(new URL('./reader.ts', import.meta.url), { workerData })
    const [digest] = await once(worker, 'message')
    t.equal(digest, hash('sha256', bytes, 'hex'))
    await once(worker, 'exit')
  }
})

t.test('a located payload with a chunk missing says PAYLOAD_INCOMPLETE', async t => {
  const store = memoryStore()
  const { root, sizeBytes } = await store.payloads.add(memorySource(bytes))
  const source = await openLocatedPayload({ root, sizeBytes, chunks: new Map() })
  await t.rejects(source.read(0, 1), { code: 'PAYLOAD_INCOMPLETE', details: { root, cid: root } })
})
