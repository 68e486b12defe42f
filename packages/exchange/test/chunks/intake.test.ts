import { chunkCid } from '@soup/manifest'
import { test } from 'tap'
import { Intake, type IntakeEvents } from '../../src/chunks/intake.ts'
import { Schedule, type WantedChunk } from '../../src/chunks/schedule.ts'
import { MAX_UNSAVED_CHUNKS } from '../../src/limits.ts'
import { MemoryChunks } from '../network.ts'

const BYTES = new Uint8Array([1, 2, 3])

async function setUp(events: Partial<IntakeEvents> = {}) {
  const cid = await chunkCid(BYTES)
  const chunk: WantedChunk = { cid, parent: 'r', index: 0, depth: 0, sizeBytes: 3, times: 1 }
  const schedule = new Schedule()
  schedule.add([chunk])
  const chunks = new MemoryChunks()
  const log: string[] = []
  const intake = new Intake(chunks, schedule, {
    onKept: (peer, _chunk, bytes) => log.push(`${peer} gave ${bytes.length}`),
    onRejected: peer => log.push(`${peer} lied`),
    onFailed: error => log.push(String(error)),
    ...events
  })
  return { chunk, schedule, chunks, log, intake }
}

test('keep() writes a chunk that matches its id', async t => {
  const { chunk, schedule, chunks, log, intake } = await setUp()
  await intake.place()
  await intake.keep('peer', chunk, BYTES)
  t.strictSame(chunks.puts, [chunk.cid])
  t.strictSame(log, ['peer gave 3'])
  t.equal(schedule.openCount, 0)
})

test('a chunk whose length the payload lied about ends the pull, and bans nobody', async t => {
  const { chunk, chunks, log, intake } = await setUp()
  await intake.place()
  chunk.sizeBytes = 4
  const error = await intake.keep('peer', chunk, BYTES).catch(error => error)
  t.match(error, { code: 'EXCHANGE_BAD_PAYLOAD' })
  t.notMatch(error, { verdict: 'ban' })
  t.strictSame(chunks.puts, [])
  t.strictSame(log, [String(error)])
})

test('keep() never lets a wrong chunk reach the store', async t => {
  const { chunk, schedule, chunks, log, intake } = await setUp()
  await intake.place()
  const kept = intake.keep('peer', chunk, new Uint8Array([1, 2, 4]))
  t.match(await kept.catch(error => error), { verdict: 'ban' })
  t.strictSame(chunks.puts, [])
  t.strictSame(log, ['peer lied'])
  t.equal(schedule.openCount, 1)
})

test('keep() drops a chunk that came from somebody else meanwhile', async t => {
  const { chunk, chunks, log, intake } = await setUp()
  for (const peer of ['first', 'second']) {
    await intake.place()
    await intake.keep(peer, chunk, BYTES)
  }
  t.strictSame(chunks.puts, [chunk.cid])
  t.strictSame(log, ['first gave 3'])
})

test('keep() passes on what the store threw', async t => {
  const { chunk, chunks, log, intake } = await setUp()
  chunks.put = async () => {
    throw new Error('disk full')
  }
  await intake.place()
  await t.rejects(intake.keep('peer', chunk, BYTES), { message: 'disk full' })
  t.strictSame(log, ['Error: disk full'])
})

test('place() waits while too many chunks are unsaved', async t => {
  const { chunk, chunks, intake } = await setUp()
  const { promise, resolve } = Promise.withResolvers<void>()
  chunks.put = () => promise
  for (let i = 0; i < MAX_UNSAVED_CHUNKS; i++) await intake.place()
  const order: string[] = []
  const next = intake.place().then(() => order.push('place'))
  const kept = intake.keep('peer', chunk, BYTES).then(() => order.push('kept'))
  t.strictSame(order, [])
  resolve()
  await Promise.all([next, kept])
  t.strictSame(order.toSorted(), ['kept', 'place'])
})
