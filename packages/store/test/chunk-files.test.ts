import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkCid } from '@soup/manifest'
import { seededBytes } from '@soup/testing'
import t from 'tap'
import { chunkFiles } from '../src/chunk-files.ts'

t.test(
  'a full disk leaves neither a chunk nor a temporary file, and put() works again later',
  async t => {
    const path = t.testdir()
    let isFull = true
    const chunks = chunkFiles(path, async (name, flags) => {
      const file = await open(name, flags)
      if (isFull) {
        file.datasync = () =>
          Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
      }
      return file
    })
    await chunks.prepare()
    const bytes = seededBytes(1, 1000)
    const cid = await chunkCid(bytes)
    await t.rejects(chunks.put(cid, bytes), { code: 'STORE_FULL', message: cid })
    await t.rejects(chunks.mark(cid, 1000), { code: 'STORE_FULL' })
    t.equal(await chunks.has(cid), false)
    t.equal(await chunks.marked(cid), undefined)
    t.same(await readdir(join(path, 'tmp')), [])
    isFull = false
    await chunks.put(cid, bytes)
    await chunks.mark(cid, 1000)
    t.same(await chunks.get(cid), bytes)
    t.equal(await chunks.marked(cid), 1000)
  }
)

t.test('marks made at the same time are all kept', async t => {
  const chunks = chunkFiles(t.testdir())
  await chunks.prepare()
  const cids = await Promise.all(Array.from({ length: 20 }, (_, i) => chunkCid(seededBytes(i, 50))))
  await Promise.all(
    cids.map(async (cid, i) => {
      await chunks.put(cid, seededBytes(i, 50))
      await chunks.mark(cid, i)
    })
  )
  t.same(
    await Promise.all(cids.map(cid => chunks.marked(cid))),
    cids.map((_, i) => i)
  )
})
