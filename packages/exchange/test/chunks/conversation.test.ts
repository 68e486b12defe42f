import { CHUNK_SIZE_BYTES } from '@soup/manifest'
import { test } from 'tap'
import { ByteReader } from '../../src/chunks/byte-reader.ts'
import { Conversation } from '../../src/chunks/conversation.ts'
import { Intake } from '../../src/chunks/intake.ts'
import {
  encodeHeader,
  parseRequest,
  REQUEST_BYTES,
  WIRE_ERRORS
} from '../../src/chunks/protocol.ts'
import { Schedule, type WantedChunk } from '../../src/chunks/schedule.ts'
import { MAX_OUTSTANDING_CHUNKS } from '../../src/limits.ts'
import { tell } from '../liars.ts'
import { addPayload, MemoryChunks, patterned, streamEnds, type Teardown } from '../network.ts'

const LIMITS = { silenceMs: 20_000, totalMs: 20_000 }
const COUNT = 40

const source = new MemoryChunks()
const { root } = await addPayload(source, patterned(COUNT * CHUNK_SIZE_BYTES))
const wanted = source.puts
  .filter(cid => cid !== root)
  .map((cid, index): WantedChunk => {
    return { cid, parent: root, index, depth: 0, sizeBytes: CHUNK_SIZE_BYTES, times: 1 }
  })

async function setUp(t: Teardown) {
  const { ours, theirs } = await streamEnds(t)
  const schedule = new Schedule()
  schedule.add(wanted)
  const chunks = new MemoryChunks()
  const intake = new Intake(chunks, schedule, {
    onKept: () => undefined,
    onRejected: () => undefined,
    onFailed: () => undefined
  })
  const conversation = new Conversation({
    peer: 'peer',
    stream: ours,
    schedule,
    intake,
    limits: LIMITS,
    rest: async () => false
  })
  return { conversation, schedule, chunks, theirs, requests: new ByteReader(theirs) }
}

test('a conversation asks for ranges, never for more at once than the window', async t => {
  const { conversation, chunks, theirs, requests } = await setUp(t)
  const run = conversation.run()
  const counts: number[] = []
  const queue: number[] = []
  for (let answered = 0; answered < COUNT; answered++) {
    while (queue.length === 0) {
      const { first, count } = parseRequest((await requests.read(REQUEST_BYTES, LIMITS))!)
      counts.push(count)
      for (let i = first; i < first + count; i++) queue.push(i)
    }
    await tell(theirs, source.map.get(wanted[queue.shift()!]!.cid)!, 0)
  }
  await run
  t.equal(conversation.received, COUNT)
  t.equal(chunks.map.size, COUNT)
  t.equal(counts[0], 2, 'begins with little')
  t.ok(Math.max(...counts) > 2, 'and grows')
  t.ok(Math.max(...counts) <= MAX_OUTSTANDING_CHUNKS)
})

test('a provider that is busy may be asked again, one that refuses may not', async t => {
  for (const [wireError, verdict] of [
    [WIRE_ERRORS.BUSY, 'retry'],
    [WIRE_ERRORS.INTERNAL, 'leave'],
    [77, 'leave']
  ] as const) {
    const { conversation, theirs, schedule } = await setUp(t)
    theirs.send(encodeHeader({ kind: 2, value: wireError }))
    t.match(await conversation.run().catch(error => error), { verdict })
    t.equal(schedule.take('other', 64, false).length, COUNT, 'its chunks are free again')
  }
})

test('a wrong chunk ends the stream although others are still to come', async t => {
  const { conversation, schedule, chunks, theirs } = await setUp(t)
  const run = conversation.run()
  await tell(theirs, new Uint8Array(CHUNK_SIZE_BYTES), 0)
  t.match(await run.catch(error => error), { verdict: 'ban' })
  t.equal(chunks.map.size, 0)
  t.equal(schedule.openCount, COUNT)
  t.equal(schedule.take('other', 64, false).length, COUNT)
})
