import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkCid } from '@soup/manifest'
import { levelStore, openLocatedPayload } from '@soup/store'
import { memorySource, seededBytes, storeCompliance } from '@soup/testing'
import t, { type Test } from 'tap'

await storeCompliance(t, t => levelStore({ path: t.testdir() }))

async function started(t: Test, path: string) {
  const store = levelStore({ path })
  await store.start()
  t.teardown(() => store.stop())
  return store
}

const chunkFile = (path: string, cid: string) =>
  join(path, 'chunks', 'data', cid.slice(-3, -1), cid)

t.test('everything is there again after a restart', async t => {
  const path = join(t.testdir(), 'new', 'folder')
  const first = await started(t, path)
  const bytes = seededBytes(1, 2_000_000)
  const { root } = await first.payloads.add(memorySource(bytes))
  const record = { id: 'a', kind: 'base', base: 'x', envelope: seededBytes(2, 10) }
  await first.records.put(record)
  await first.state.put('n', 'k', [1])
  await first.stop()
  await first.start()
  t.same(await first.state.get('n', 'k'), [1])
  await first.stop()

  const second = await started(t, path)
  t.same(await second.records.get('a'), record)
  t.same(await second.state.get('n', 'k'), [1])
  t.match(await second.payloads.state(root), { isComplete: true })
  const source = await second.payloads.source(root)
  t.ok(Buffer.from(await source!.read(0, bytes.length)).equals(bytes))
})

t.test('a second store on the same path is refused with STORE_LOCKED, naming the path', async t => {
  const path = t.testdir()
  await started(t, path)
  const second = levelStore({ path })
  await t.rejects(second.start(), {
    code: 'STORE_LOCKED',
    message: `The store ${path} is in use by another process: wait until that one is done, or let a daemon run all commands (soup-node start)`,
    details: { path }
  })
  await t.resolves(second.stop())
})

t.test('a store that is not started says STORE_CLOSED', async t => {
  const path = t.testdir()
  const store = levelStore({ path })
  await t.rejects(store.records.get('a'), { code: 'STORE_CLOSED' })
  await t.rejects(Array.fromAsync(store.records.list()), { code: 'STORE_CLOSED' })
  t.same(await readdir(path), [])
  await store.start()
  await store.stop()
  await t.rejects(store.state.get('n', 'k'), { code: 'STORE_CLOSED' })
})

t.test('a damaged database is refused with STORE_CORRUPT and the way out', async t => {
  const path = t.testdir()
  const store = levelStore({ path })
  await store.start()
  await store.records.put({ id: 'a', kind: 'base', base: 'x', envelope: seededBytes(2, 10) })
  await store.stop()
  for (const name of await readdir(join(path, 'db'))) {
    if (name.startsWith('MANIFEST')) {
      await writeFile(join(path, 'db', name), 'nonsense'.repeat(100))
    }
  }
  await t.rejects(store.start(), { code: 'STORE_CORRUPT', message: 'move it away' })
  await rm(join(path, 'db'), { recursive: true })
  await t.resolves(store.start())
  await store.stop()
})

t.test('a damaged entry of the database is as good as none', async t => {
  const path = t.testdir()
  const store = await started(t, path)
  await store.state.put('n', 'k', 1)
  t.equal(await store.records.get('n!k'), undefined)
})

t.test('a path that cannot be a folder is refused with STORE_FAILED', async t => {
  const path = join(t.testdir({ file: 'x' }), 'file')
  await t.rejects(levelStore({ path }).start(), { code: 'STORE_FAILED', details: { path } })
})

t.test('what a crash left under temporary names is swept at the start', async t => {
  const path = t.testdir({ chunks: { tmp: { '1-0': 'half a chunk' } } })
  await started(t, path)
  t.same(await readdir(join(path, 'chunks', 'tmp')), [])
})

t.test(
  'a damaged chunk is removed when it is read, and its payload incomplete until it is back',
  async t => {
    const path = t.testdir()
    const store = await started(t, path)
    const bytes = seededBytes(1, 2_500_000)
    const { root, sizeBytes } = await store.payloads.add(memorySource(bytes))
    const chunk = bytes.subarray(1024 * 1024, 2 * 1024 * 1024)
    const cid = await chunkCid(chunk)
    const rotten = chunk.slice()
    rotten[5]! ^= 1
    for (const damage of [rotten, chunk.subarray(0, 1000), new Uint8Array(2 * 1024 * 1024)]) {
      await writeFile(chunkFile(path, cid), damage)
      const source = (await store.payloads.source(root))!
      await t.rejects(source.read(0, sizeBytes), {
        code: 'PAYLOAD_INCOMPLETE',
        details: { root, cid }
      })
      t.equal(await store.chunks.has(cid), false)
      t.match(await store.payloads.state(root), {
        isComplete: false,
        haveBytes: sizeBytes - chunk.length
      })
      await store.chunks.put(cid, chunk)
      await store.payloads.complete(root, sizeBytes)
      t.ok(Buffer.from(await source.read(0, sizeBytes)).equals(bytes))
    }
  }
)

t.test('complete() looks at every chunk file and takes the mark off where one is gone', async t => {
  const path = t.testdir()
  const store = await started(t, path)
  const bytes = seededBytes(1, 2_500_000)
  const { root, sizeBytes } = await store.payloads.add(memorySource(bytes))
  const cid = await chunkCid(bytes.subarray(0, 1024 * 1024))
  await rm(chunkFile(path, cid))
  await t.rejects(store.payloads.complete(root, sizeBytes), { code: 'PAYLOAD_INCOMPLETE' })
  t.match(await store.payloads.state(root), { isComplete: false })
  await store.payloads.add(memorySource(bytes))
  t.match(await store.payloads.state(root), { isComplete: true })
})

t.test('a payload survives the loss of the database', async t => {
  const path = t.testdir()
  const store = await started(t, path)
  const { root } = await store.payloads.add(memorySource(seededBytes(1, 1_500_000)))
  await store.stop()
  await rm(join(path, 'db'), { recursive: true })
  await store.start()
  t.match(await store.payloads.state(root), { isComplete: true })
})

t.test('a mark that is no size counts as none', async t => {
  const path = t.testdir()
  const store = await started(t, path)
  const { root } = await store.payloads.add(memorySource(seededBytes(1, 100)))
  const mark = join(path, 'chunks', 'complete', root)
  t.equal(await readFile(mark, 'utf8'), '100')
  for (const wrong of ['', 'x', '1'.repeat(30)]) {
    await writeFile(mark, wrong)
    t.same(await store.payloads.state(root), { sizeBytes: 100, isComplete: true, haveBytes: 100 })
  }
})

t.test('a folder that cannot be written to gives STORE_FAILED, naming the file', async t => {
  const path = t.testdir()
  const store = await started(t, path)
  await rm(join(path, 'chunks', 'tmp'), { recursive: true })
  await writeFile(join(path, 'chunks', 'tmp'), 'in the way')
  const cid = await chunkCid(new Uint8Array([1]))
  await t.rejects(store.chunks.put(cid, new Uint8Array([1])), {
    code: 'STORE_FAILED',
    details: { path: chunkFile(path, cid) }
  })
})

t.test('kill -9 at any moment leaves no payload marked complete without its chunks', async t => {
  const path = t.testdir()
  for (let round = 0; round < 4; round++) {
    const child = fork(new URL('./adder.ts', import.meta.url), [path, String(round)])
    // Each round ends one payload later than the one before, so the kills fall on different steps.
    for (let added = 0; added <= round; added++) {
      await once(child, 'message')
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const store = await started(t, path)
    const marks = await readdir(join(path, 'chunks', 'complete'))
    t.ok(marks.length > round, `${marks.length} payloads are marked after round ${round}`)
    for (const root of marks) {
      const source = await openLocatedPayload((await store.payloads.locate(root))!)
      await t.resolves(source.read(0, source.sizeBytes))
    }
    t.equal((await Array.fromAsync(store.records.list())).length > 0, true)
    await store.stop()
  }
})
