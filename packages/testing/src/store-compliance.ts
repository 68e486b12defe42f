import type {
  AbortOptions,
  ByteSource,
  ChunkStore,
  Progress,
  ProgressOptions,
  RecordFilter,
  RecordStore,
  Startable,
  StoredRecord
} from '@soup/interface'
import { CHUNK_SIZE_BYTES, chunkCid, type JsonValue, payloadTree } from '@soup/manifest'
import type { Test } from 'tap'
import { memorySource } from './memory-source.ts'
import { signedBase } from './records.ts'
import { seededBytes } from './seeded.ts'

/**
 * A store as far as this suite uses it. It restates `Store` of `@soup/store`, because that package's
 * tests depend on this one; a store that departs from it does not type-check when it runs the suite.
 */
export interface StoreUnderTest extends Startable {
  records: RecordStore & {
    resolve(prefix: string, options?: AbortOptions): Promise<string | undefined>
    resolveBase(prefix: string, options?: AbortOptions): Promise<string | undefined>
  }
  chunks: ChunkStore
  payloads: {
    add(source: ByteSource, options?: ProgressOptions): Promise<{ root: string; sizeBytes: number }>
    state(
      root: string,
      options?: AbortOptions
    ): Promise<{ sizeBytes: number; isComplete: boolean; haveBytes: number } | undefined>
    complete(root: string, sizeBytes: number, options?: AbortOptions): Promise<void>
    source(root: string, options?: AbortOptions): Promise<ByteSource | undefined>
    locate(
      root: string,
      options?: AbortOptions
    ): Promise<{ root: string; sizeBytes: number } | undefined>
  }
  state: {
    get(namespace: string, key: string, options?: AbortOptions): Promise<JsonValue | undefined>
    put(namespace: string, key: string, value: JsonValue, options?: AbortOptions): Promise<void>
    delete(namespace: string, key: string, options?: AbortOptions): Promise<void>
    list(namespace: string, options?: AbortOptions): AsyncIterable<[key: string, value: JsonValue]>
  }
}

/** Makes a fresh, empty store that has not started. */
export type StoreFactory = (t: Test) => StoreUnderTest | Promise<StoreUnderTest>

/** Runs every promise of a store against the stores that `factory` makes. */
export async function storeCompliance(t: Test, factory: StoreFactory): Promise<void> {
  const withStore = (title: string, run: (t: Test, store: StoreUnderTest) => Promise<void>) =>
    t.test(title, async t => {
      const store = await factory(t)
      await store.start()
      t.teardown(() => store.stop())
      await run(t, store)
    })
  await recordCompliance(withStore)
  await resolveCompliance(withStore)
  await chunkCompliance(withStore)
  await payloadCompliance(withStore)
  await stateCompliance(withStore)
  await withStore('a store can be stopped twice', async (t, store) => {
    await store.stop()
    await t.resolves(store.stop())
  })
}

type WithStore = (
  title: string,
  run: (t: Test, store: StoreUnderTest) => Promise<void>
) => PromiseLike<unknown>

const list = (store: StoreUnderTest, filter?: RecordFilter) =>
  Array.fromAsync(store.records.list(filter))

/** A made-up record: stores see opaque bytes. */
function record(id: string, kind: string, base?: string): StoredRecord {
  return { id, kind, base, envelope: seededBytes(id, 300) }
}

async function recordCompliance(withStore: WithStore): Promise<void> {
  await withStore('records.get() returns what put() kept, byte for byte', async (t, store) => {
    const { id, kind, base, envelope } = await signedBase(1)
    t.equal(await store.records.put({ id, kind, base, envelope }), true)
    t.same(await store.records.get(id), { id, kind, base, envelope })
    t.equal(await store.records.get('bafyreinone'), undefined)
  })
  await withStore('records.put() keeps the first of two records with one id', async (t, store) => {
    const first = record('a', 'expert', 'x')
    t.same(
      await Promise.all([
        store.records.put(first),
        store.records.put({ ...first, envelope: seededBytes(2, 10) })
      ]),
      [true, false]
    )
    t.same(await store.records.get('a'), first)
    t.equal(await store.records.put(first), false)
  })
  await withStore('records keep an empty envelope and one with line feeds', async (t, store) => {
    const empty = { ...record('e', 'base'), envelope: new Uint8Array() }
    const lines = { ...record('l', 'base', 'x'), envelope: new Uint8Array([10, 10, 10]) }
    await store.records.put(empty)
    await store.records.put(lines)
    t.same(await list(store), [empty, lines])
  })
  await withStore(
    'records.list() filters by kind and base, in the order of the ids',
    async (t, store) => {
      const kept = [
        record('c', 'base', 'x'),
        record('a', 'expert', 'x'),
        record('d', 'expert', 'xx'),
        record('b', 'expert', 'x'),
        record('e', 'evaluation')
      ]
      for (const one of kept) {
        await store.records.put(one)
      }
      const ids = async (filter?: RecordFilter) =>
        (await list(store, filter)).map(r => r.id).join('')
      t.equal(await ids(), 'abcde')
      t.equal(await ids({}), 'abcde')
      t.equal(await ids({ kind: 'expert' }), 'abd')
      t.equal(await ids({ base: 'x' }), 'abc')
      t.equal(await ids({ kind: 'expert', base: 'x' }), 'ab')
      t.equal(await ids({ kind: 'exp' }), '')
      t.equal(await ids({ kind: 'recipe', base: 'x' }), '')
    }
  )
  await withStore('records.put() refuses what cannot be part of a key', async (t, store) => {
    for (const wrong of [record('A!', 'base'), record('a', 'b!c'), record('a', 'base', '../x')]) {
      await t.rejects(store.records.put(wrong), TypeError)
    }
    t.same(await list(store), [])
  })
  await withStore('records.list() ends with the reason of an aborted signal', async (t, store) => {
    await store.records.put(record('a', 'base'))
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await t.rejects(Array.fromAsync(store.records.list({}, { signal })), reason)
    await t.rejects(store.records.get('a', { signal }), reason)
    await t.rejects(store.records.put(record('b', 'base'), { signal }), reason)
  })
}

async function resolveCompliance(withStore: WithStore): Promise<void> {
  await withStore('records.resolve() completes a unique prefix', async (t, store) => {
    for (const id of ['abca', 'abcb', 'abd', 'b']) {
      await store.records.put(record(id, 'base', `base${id}`))
    }
    t.equal(await store.records.resolve('abd'), 'abd')
    t.equal(await store.records.resolve('b'), 'b')
    t.equal(await store.records.resolve('abca'), 'abca')
    t.equal(await store.records.resolve('x'), undefined)
    t.equal(await store.records.resolve(''), undefined)
    t.equal(await store.records.resolve('ab!'), undefined)
  })
  await withStore(
    'records.resolve() refuses an ambiguous prefix, naming the candidates',
    async (t, store) => {
      for (const id of ['abca', 'abcb', 'abd']) {
        await store.records.put(record(id, 'base'))
      }
      await t.rejects(store.records.resolve('abc'), {
        code: 'ID_AMBIGUOUS',
        details: { prefix: 'abc', candidates: ['abca', 'abcb'] }
      })
    }
  )
  await withStore('records.resolveBase() counts each base once', async (t, store) => {
    for (const [id, base] of [
      ['a', 'xyz'],
      ['b', 'xyz'],
      ['c', 'xw'],
      ['d', undefined]
    ] as const) {
      await store.records.put(record(id, 'expert', base))
    }
    t.equal(await store.records.resolveBase('xy'), 'xyz')
    t.equal(await store.records.resolveBase('q'), undefined)
    await t.rejects(store.records.resolveBase('x'), {
      code: 'ID_AMBIGUOUS',
      details: { candidates: ['xw', 'xyz'] }
    })
  })
}

async function chunkCompliance(withStore: WithStore): Promise<void> {
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

/** Sizes where the tree changes its form: nothing, one byte, around one chunk, several chunks. */
const PAYLOAD_SIZES = [
  0,
  1,
  CHUNK_SIZE_BYTES - 1,
  CHUNK_SIZE_BYTES,
  CHUNK_SIZE_BYTES + 1,
  3_500_000
]

async function payloadCompliance(withStore: WithStore): Promise<void> {
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
  await incompleteCompliance(withStore)
}

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

async function incompleteCompliance(withStore: WithStore): Promise<void> {
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

async function stateCompliance(withStore: WithStore): Promise<void> {
  await withStore('state keeps JSON values per namespace', async (t, store) => {
    const value = { a: [1, 'two', null, true], b: { c: -0.5 } }
    await store.state.put('settings', 'k', value)
    await store.state.put('settings-2', 'k', 'other')
    t.same(await store.state.get('settings', 'k'), value)
    t.equal(await store.state.get('settings', 'l'), undefined)
    t.equal(await store.state.get('other', 'k'), undefined)
    await store.state.put('settings', 'k', null)
    t.equal(await store.state.get('settings', 'k'), null)
    await store.state.delete('settings', 'k')
    await store.state.delete('settings', 'k')
    t.equal(await store.state.get('settings', 'k'), undefined)
    t.equal(await store.state.get('settings-2', 'k'), 'other')
  })
  await withStore('state.list() lists one namespace in the order of its keys', async (t, store) => {
    for (const key of ['b!2', '', 'ü', 'a', '/ip4/1.2.3.4', '\u{1f35c}']) {
      await store.state.put('n', key, key)
    }
    await store.state.put('m', 'x', 1)
    await store.state.put('n-m', 'x', 1)
    const keys = ['', '/ip4/1.2.3.4', 'a', 'b!2', 'ü', '\u{1f35c}']
    t.same(
      await Array.fromAsync(store.state.list('n')),
      keys.map(key => [key, key])
    )
  })
  await withStore('state refuses a namespace that could run into another', async (t, store) => {
    await t.rejects(store.state.put('a!b', 'k', 1), TypeError)
    await t.rejects(store.state.get('', 'k'), TypeError)
    await t.rejects(store.state.put('a', 'k'.repeat(2000), 1), TypeError)
  })
}
