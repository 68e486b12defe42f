import type { Progress } from '@soup/interface'
import { CHUNK_SIZE_BYTES, chunkCid, NODE_FANOUT, payloadTree } from '@soup/manifest'
import { test } from 'tap'
import { Bans } from '../../src/chunks/bans.ts'
import { fetchPayload } from '../../src/chunks/fetch.ts'
import { dishonest, tell } from '../liars.ts'
import {
  addPayload,
  candidate,
  holdsSame,
  MemoryChunks,
  patterned,
  startNode,
  startPeer,
  startProvider
} from '../network.ts'

const SIZES: Array<[string, number]> = [
  ['no byte', 0],
  ['one byte', 1],
  ['a chunk less one byte', CHUNK_SIZE_BYTES - 1],
  ['one chunk', CHUNK_SIZE_BYTES],
  ['a chunk and one byte', CHUNK_SIZE_BYTES + 1],
  ['twenty chunks and a bit', 20 * CHUNK_SIZE_BYTES + 77]
]

for (const kind of ['memory', 'tcp'] as const) {
  test(`fetchPayload() over ${kind}`, async t => {
    const source = new MemoryChunks()
    const provider = await startProvider(t, source, kind)
    const requester = await startNode(t, kind)
    for (const [name, sizeBytes] of SIZES) {
      await t.test(`brings a payload of ${name}`, async t => {
        const payload = await addPayload(source, patterned(sizeBytes))
        const chunks = new MemoryChunks()
        const report = await fetchPayload({ chunks, bans: new Bans() }, payload, [
          candidate(requester, provider)
        ])
        t.match(report, { root: payload.root, bytes: sizeBytes, resumedBytes: 0 })
        const storedBytes = [...chunks.map.values()].reduce((sum, each) => sum + each.length, 0)
        t.strictSame(report.providers, [
          { peer: provider.peerId.toString(), bytes: storedBytes, rejected: 0 }
        ])
        t.ok(holdsSame(chunks, source))
        t.ok(chunks.map.has(payload.root))
      })
    }
  })
}

test('chunks that are here already are not fetched again', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(10 * CHUNK_SIZE_BYTES))
  const provider = await startProvider(t, source)
  const requester = await startNode(t)
  const chunks = new MemoryChunks(source)
  const lost = source.puts.slice(4, 7)
  for (const cid of lost) chunks.map.delete(cid)
  const components = { chunks, bans: new Bans() }
  const report = await fetchPayload(components, payload, [candidate(requester, provider)])
  t.equal(report.resumedBytes, 7 * CHUNK_SIZE_BYTES)
  t.strictSame(chunks.puts.toSorted(), lost.toSorted())
  const again = await fetchPayload(components, payload, [])
  t.match(again, { resumedBytes: payload.sizeBytes, providers: [] })
})

test('a payload of two levels with equal chunks takes each of them once', async t => {
  const source = new MemoryChunks()
  const zeros = new Uint8Array(CHUNK_SIZE_BYTES)
  const leaf = { cid: await chunkCid(zeros), sizeBytes: CHUNK_SIZE_BYTES }
  const tail = new Uint8Array([1, 2, 3])
  const tree = payloadTree()
  const nodes = Array.from({ length: NODE_FANOUT + 5 }).flatMap(() => tree.addLeaf(leaf))
  nodes.push(...tree.addLeaf({ cid: await chunkCid(tail), sizeBytes: 3 }))
  const { root, sizeBytes, nodes: last } = tree.finish()
  for (const node of [...nodes, ...last]) await source.put(node.cid, node.bytes)
  await source.put(leaf.cid, zeros)
  await source.put(await chunkCid(tail), tail)
  const chunks = new MemoryChunks()
  const seen: Progress[] = []
  const report = await fetchPayload(
    { chunks, bans: new Bans() },
    { root, sizeBytes },
    [candidate(await startNode(t), await startProvider(t, source))],
    { onProgress: progress => seen.push(progress) }
  )
  t.equal(chunks.puts.length, 5)
  t.equal(report.bytes, 1029 * CHUNK_SIZE_BYTES + 3)
  t.match(seen.at(-1), { done: sizeBytes, total: sizeBytes, unit: 'bytes', note: '1 peer' })
})

test('the first chunk comes first', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(5 * CHUNK_SIZE_BYTES))
  const asked: string[] = []
  const provider = await startPeer(
    t,
    dishonest(source, async (stream, chunk, index) => {
      asked.push(await chunkCid(chunk))
      await tell(stream, chunk, index)
    })
  )
  await fetchPayload({ chunks: new MemoryChunks(), bans: new Bans() }, payload, [
    candidate(await startNode(t), provider)
  ])
  t.strictSame(asked.slice(1), source.puts.slice(0, 5))
})

test('progress never goes back and ends at the whole', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(9 * CHUNK_SIZE_BYTES))
  const done: number[] = []
  await fetchPayload(
    { chunks: new MemoryChunks(), bans: new Bans() },
    payload,
    [candidate(await startNode(t), await startProvider(t, source))],
    { onProgress: progress => done.push(progress.done) }
  )
  t.strictSame(
    done,
    done.toSorted((a, b) => a - b)
  )
  t.equal(done[0], 0)
  t.equal(done.at(-1), payload.sizeBytes)
})

test('wrong bytes and no other provider is EXCHANGE_CORRUPT, now and while the ban lasts', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(4 * CHUNK_SIZE_BYTES))
  const liar = await startPeer(
    t,
    dishonest(source, (stream, chunk, index) => {
      if (index === 2) chunk[5]! ^= 1
      return tell(stream, chunk, index)
    })
  )
  const requester = await startNode(t)
  const chunks = new MemoryChunks()
  const rejections: string[] = []
  const components = {
    chunks,
    bans: new Bans(),
    onRejected: (peer: string) => rejections.push(peer)
  }
  const peer = liar.peerId.toString()
  await t.rejects(fetchPayload(components, payload, [candidate(requester, liar)]), {
    code: 'EXCHANGE_CORRUPT',
    message: new RegExp(`peer ${peer} sent wrong bytes`)
  })
  t.strictSame(rejections, [peer])
  t.ok(holdsSame(chunks, source))
  await t.rejects(fetchPayload(components, payload, [candidate(requester, liar)]), {
    code: 'EXCHANGE_CORRUPT'
  })
  const honest = await startProvider(t, source)
  const report = await fetchPayload(components, payload, [
    candidate(requester, liar),
    candidate(requester, honest)
  ])
  t.ok(report.resumedBytes >= 0)
  t.ok(chunks.map.size === source.map.size && holdsSame(chunks, source))
})

test('no provider is EXCHANGE_NO_PROVIDER', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(4 * CHUNK_SIZE_BYTES))
  const requester = await startNode(t)
  const components = { chunks: new MemoryChunks(), bans: new Bans() }
  await t.rejects(fetchPayload(components, payload, []), {
    code: 'EXCHANGE_NO_PROVIDER',
    message: /no peer that may have it is known/
  })
  const empty = await startProvider(t, new MemoryChunks())
  const plain = await startNode(t)
  await t.rejects(
    fetchPayload(components, payload, [candidate(requester, empty), candidate(requester, plain)]),
    { code: 'EXCHANGE_NO_PROVIDER', message: /does not have the rest/ }
  )
})

test('a DAG that is not what the record promises is EXCHANGE_BAD_PAYLOAD', async t => {
  const source = new MemoryChunks()
  const { root, sizeBytes } = await addPayload(source, patterned(4 * CHUNK_SIZE_BYTES))
  const provider = candidate(await startNode(t), await startProvider(t, source))
  await t.rejects(
    fetchPayload(
      { chunks: new MemoryChunks(), bans: new Bans() },
      { root, sizeBytes: sizeBytes + 1 },
      [provider]
    ),
    { code: 'EXCHANGE_BAD_PAYLOAD' }
  )
})

test('a node that the store has but cannot read is fetched again', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(4 * CHUNK_SIZE_BYTES))
  const provider = candidate(await startNode(t), await startProvider(t, source))
  const chunks = new MemoryChunks(source)
  chunks.has = async () => true
  chunks.map.delete(payload.root) // as a store does that finds it damaged
  await fetchPayload({ chunks, bans: new Bans() }, payload, [provider])
  t.strictSame(chunks.puts, [payload.root])
})

test('a payload that lies about the length of its chunk does not get its provider banned', async t => {
  const source = new MemoryChunks()
  const { root, sizeBytes } = await addPayload(source, patterned(1000))
  const provider = candidate(await startNode(t), await startProvider(t, source))
  const bans = new Bans()
  await t.rejects(
    fetchPayload({ chunks: new MemoryChunks(), bans }, { root, sizeBytes: sizeBytes + 1 }, [
      provider
    ]),
    { code: 'EXCHANGE_BAD_PAYLOAD' }
  )
  t.equal(bans.has(provider.peer), false)
})

test('an abort ends the fetch with its reason, and what came is kept', async t => {
  const source = new MemoryChunks()
  const payload = await addPayload(source, patterned(8 * CHUNK_SIZE_BYTES))
  const provider = candidate(await startNode(t), await startProvider(t, source))
  const chunks = new MemoryChunks()
  const controller = new AbortController()
  const reason = new Error('changed my mind')
  const fetched = fetchPayload({ chunks, bans: new Bans() }, payload, [provider], {
    signal: controller.signal,
    onProgress: ({ done }) => done >= 2 * CHUNK_SIZE_BYTES && controller.abort(reason)
  })
  await t.rejects(fetched, reason)
  t.ok(chunks.map.size >= 3)
  t.ok(holdsSame(chunks, source))
  const report = await fetchPayload({ chunks, bans: new Bans() }, payload, [provider])
  t.ok(report.resumedBytes >= 2 * CHUNK_SIZE_BYTES)
})
