import { CID } from 'multiformats/cid'
import { test } from 'tap'
import { ByteReader } from '../../src/chunks/byte-reader.ts'
import {
  ANSWER_CHUNK,
  ANSWER_ERROR,
  ANSWER_NOT_HELD,
  encodeRequest,
  HEADER_BYTES,
  parseHeader,
  REQUEST_BYTES,
  WIRE_ERRORS
} from '../../src/chunks/protocol.ts'
import { ChunkServer } from '../../src/chunks/serve.ts'
import { MAX_RANGE_CHUNKS, MAX_SERVED_STREAMS_PER_PEER } from '../../src/limits.ts'
import { sendAll } from '../../src/send.ts'
import {
  addPayload,
  MemoryChunks,
  openStream,
  patterned,
  startNode,
  startPeer,
  startProvider
} from '../network.ts'

const PATIENT = { silenceMs: 20_000, totalMs: 20_000 }
const MIB = 1024 * 1024

async function answer(
  reader: ByteReader
): Promise<{ kind: number; value: number; bytes?: Buffer }> {
  const header = parseHeader((await reader.read(HEADER_BYTES, PATIENT))!)
  if (header.kind !== ANSWER_CHUNK) return header
  return { ...header, bytes: Buffer.from((await reader.read(header.value, PATIENT))!) }
}

function request(cid: string, first = 0, count = 0): Uint8Array {
  return encodeRequest({ cid: CID.parse(cid), first, count })
}

test('a provider answers what is asked, in order', async t => {
  const chunks = new MemoryChunks()
  const bytes = Buffer.from(patterned(5 * MIB))
  const { root } = await addPayload(chunks, bytes)
  const provider = await startProvider(t, chunks)
  const stream = await openStream(await startNode(t), provider)
  const reader = new ByteReader(stream)
  stream.send(request(root, 3, 2))
  stream.send(request(root, 0, 1))
  for (const index of [3, 4, 0]) {
    const { kind, bytes: chunk } = await answer(reader)
    t.equal(kind, ANSWER_CHUNK)
    t.ok(chunk?.equals(bytes.subarray(index * MIB, (index + 1) * MIB)))
  }
  stream.send(request(root))
  t.equal((await answer(reader)).kind, ANSWER_CHUNK)
  await stream.close()
  t.equal(await reader.read(1, PATIENT), undefined)
})

test('a provider says of each chunk that it does not have it', async t => {
  const chunks = new MemoryChunks()
  const { root } = await addPayload(chunks, patterned(3 * MIB))
  const second = chunks.puts[1]!
  chunks.map.delete(second)
  const provider = await startProvider(t, chunks)
  const stream = await openStream(await startNode(t), provider)
  const reader = new ByteReader(stream)
  const unknown = (await addPayload(new MemoryChunks(), patterned(2 * MIB + 5))).root
  stream.send(request(root, 0, 3))
  stream.send(request(unknown, 0, 2))
  stream.send(request(unknown))
  const kinds: number[] = []
  for (let i = 0; i < 6; i++) kinds.push((await answer(reader)).kind)
  t.strictSame(kinds, [
    ANSWER_CHUNK,
    ANSWER_NOT_HELD,
    ANSWER_CHUNK,
    ANSWER_NOT_HELD,
    ANSWER_NOT_HELD,
    ANSWER_NOT_HELD
  ])
})

test('a provider refuses requests that make no sense, and goes on serving others', async t => {
  const chunks = new MemoryChunks()
  const { root } = await addPayload(chunks, patterned(3 * MIB))
  const leaf = chunks.puts[0]!
  const tooLong = request(root, 0, MAX_RANGE_CHUNKS)
  tooLong[REQUEST_BYTES - 1] = MAX_RANGE_CHUNKS + 1
  const provider = await startProvider(t, chunks)
  const requester = await startNode(t)
  for (const bytes of [
    new Uint8Array(REQUEST_BYTES),
    new Uint8Array(5_000).fill(0xff),
    tooLong,
    request(root, 2, 2),
    request(leaf, 0, 1)
  ]) {
    const stream = await openStream(requester, provider)
    stream.send(bytes)
    t.strictSame(await answer(new ByteReader(stream)), {
      kind: ANSWER_ERROR,
      value: WIRE_ERRORS.BAD_REQUEST
    })
    stream.abort(new Error('seen'))
  }
  const stream = await openStream(requester, provider)
  stream.send(request(root))
  t.equal((await answer(new ByteReader(stream))).kind, ANSWER_CHUNK)
})

test('a provider whose store fails says so', async t => {
  const chunks = new MemoryChunks()
  const { root } = await addPayload(chunks, patterned(1))
  chunks.get = async () => {
    throw new Error('disk on fire')
  }
  const stream = await openStream(await startNode(t), await startProvider(t, chunks))
  stream.send(request(root))
  t.strictSame(await answer(new ByteReader(stream)), {
    kind: ANSWER_ERROR,
    value: WIRE_ERRORS.INTERNAL
  })
})

test('a peer that asks for everything and reads nothing costs two chunks of memory', async t => {
  const chunks = new MemoryChunks()
  const { root } = await addPayload(chunks, patterned(64 * MIB))
  chunks.gets.length = 0
  const handled = Promise.withResolvers<void>()
  const server = new ChunkServer(chunks, { requestMs: 20_000, sendMs: 300 })
  const provider = await startPeer(t, async (stream, connection) => {
    await server.handle(stream, connection)
    handled.resolve()
  })
  const stream = await openStream(await startNode(t), provider)
  stream.pause()
  for (let i = 0; i < 500; i++) stream.send(request(root, 0, MAX_RANGE_CHUNKS))
  await handled.promise
  t.ok(chunks.gets.length <= 1 + 4, `${chunks.gets.length} reads of the store`)
})

test('a flood of requests is answered in order without being taken in at once', async t => {
  const chunks = new MemoryChunks()
  const { root } = await addPayload(chunks, patterned(10))
  const stream = await openStream(await startNode(t), await startProvider(t, chunks))
  const reader = new ByteReader(stream)
  const flood = Buffer.concat(new Array(10_000).fill(request(root)))
  const sent = sendAll(stream, flood, { timeoutMs: 20_000 })
  for (let i = 0; i < 10_000; i++) {
    const { kind } = await answer(reader)
    if (kind !== ANSWER_CHUNK) t.fail(`answer ${i} is of kind ${kind}`)
  }
  await sent
  stream.abort(new Error('seen'))
})

test('half a request is not waited for longer than the limit', async t => {
  const handled = Promise.withResolvers<void>()
  const server = new ChunkServer(new MemoryChunks(), { requestMs: 30, sendMs: 20_000 })
  const provider = await startPeer(t, async (stream, connection) => {
    await server.handle(stream, connection)
    handled.resolve()
  })
  const stream = await openStream(await startNode(t), provider)
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  stream.addEventListener('close', () => resolve())
  stream.send(new Uint8Array(REQUEST_BYTES - 1))
  await handled.promise
  await closed
  t.equal(stream.status, 'reset')
})

test('a peer gets only so many streams, over all of its connections', async t => {
  const chunks = new MemoryChunks()
  const { root } = await addPayload(chunks, patterned(10))
  const provider = await startProvider(t, chunks)
  const requester = await startNode(t)
  const ask = async () => {
    const stream = await openStream(requester, provider)
    stream.send(request(root))
    return { stream, reply: await answer(new ByteReader(stream)) }
  }
  const streams = []
  for (let i = 0; i < MAX_SERVED_STREAMS_PER_PEER; i++) streams.push(await ask())
  t.ok(streams.every(({ reply }) => reply.kind === ANSWER_CHUNK))
  t.match((await ask()).reply, { kind: ANSWER_ERROR, value: WIRE_ERRORS.BUSY })
  const ended = Promise.withResolvers<void>()
  streams[0]!.stream.addEventListener('close', () => ended.resolve())
  await streams[0]!.stream.close()
  await ended.promise
  t.equal((await ask()).reply.kind, ANSWER_CHUNK)
})

test('stop() ends the streams that are being served', async t => {
  const server = new ChunkServer(new MemoryChunks())
  const started = Promise.withResolvers<void>()
  const handled = Promise.withResolvers<void>()
  const provider = await startPeer(t, async (stream, connection) => {
    const end = server.handle(stream, connection)
    started.resolve()
    await end
    handled.resolve()
  })
  await openStream(await startNode(t), provider)
  await started.promise
  server.stop()
  await handled.promise
  t.pass('handled')
})
