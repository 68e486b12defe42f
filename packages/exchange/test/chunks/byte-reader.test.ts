import { test } from 'tap'
import { ByteReader } from '../../src/chunks/byte-reader.ts'
import { MAX_STREAM_WINDOW_BYTES } from '../../src/limits.ts'
import { sendAll } from '../../src/send.ts'
import { patterned, streamEnds } from '../network.ts'

const PATIENT = { silenceMs: 20_000, totalMs: 20_000 }

test('read() gives exactly the bytes asked for, however they arrive', async t => {
  const { ours, theirs } = await streamEnds(t)
  const bytes = patterned(3_000_000)
  const reader = new ByteReader(ours)
  const sent = (async () => {
    for (let offset = 0; offset < bytes.length; offset += 70_001) {
      await sendAll(theirs, bytes.subarray(offset, offset + 70_001), { timeoutMs: 20_000 })
    }
    await theirs.close()
  })()
  const parts: Uint8Array[] = []
  for (const length of [0, 5, 1_000_000, 1, 0, 999_994, 1_000_000]) {
    const part = await reader.read(length, PATIENT)
    t.equal(part?.length, length)
    parts.push(part ?? new Uint8Array())
  }
  t.ok(Buffer.concat(parts).equals(bytes))
  t.equal(await reader.read(1, PATIENT), undefined)
  await sent
})

test('a reader that nobody reads from holds the sender back', async t => {
  for (const kind of ['memory', 'tcp'] as const) {
    const { ours, theirs } = await streamEnds(t, kind)
    const reader = new ByteReader(ours)
    const bytes = patterned(1_000_000)
    let accepted = 0
    const fill = async () => {
      for (;;) {
        await sendAll(theirs, bytes, { timeoutMs: 100 })
        accepted += bytes.length
      }
    }
    await t.rejects(fill(), { message: /did not take the bytes/ })
    t.ok(accepted < 3 * MAX_STREAM_WINDOW_BYTES, `${accepted} bytes accepted over ${kind}`)
    const closed = theirs.close()
    for (let offset = 0; offset <= accepted; offset += bytes.length) {
      t.ok(Buffer.from((await reader.read(bytes.length, PATIENT)) ?? []).equals(bytes))
    }
    t.equal(await reader.read(1, PATIENT), undefined)
    await closed
  }
})

test('read() fails when the peer closes midway', async t => {
  const { ours, theirs } = await streamEnds(t)
  const reader = new ByteReader(ours)
  theirs.send(new Uint8Array(7))
  await theirs.close()
  await t.rejects(reader.read(8, PATIENT), { message: 'The peer closed after 7 of 8 bytes' })
})

test('read() fails when the peer resets the stream', async t => {
  const { ours, theirs } = await streamEnds(t)
  const reader = new ByteReader(ours)
  const read = reader.read(8, PATIENT)
  theirs.abort(new Error('no more'))
  await t.rejects(read, { name: 'StreamResetError' })
})

test('read() fails with the reason for which we aborted the stream', async t => {
  const { ours } = await streamEnds(t)
  const reader = new ByteReader(ours)
  const read = reader.read(8, PATIENT)
  const reason = new Error('enough')
  ours.abort(reason)
  await t.rejects(read, reason)
})

test('read() fails after silence', async t => {
  const { ours, theirs } = await streamEnds(t)
  const reader = new ByteReader(ours)
  theirs.send(new Uint8Array(3))
  await t.rejects(reader.read(8, { silenceMs: 30, totalMs: 20_000 }), {
    code: 'EXCHANGE_PEER_FAULT',
    message: /sent nothing for 0.03 s/
  })
})

test('read() fails when bytes trickle in for too long', async t => {
  const { ours, theirs } = await streamEnds(t)
  const reader = new ByteReader(ours)
  const drip = setInterval(() => theirs.send(new Uint8Array(1)), 5)
  t.teardown(() => clearInterval(drip))
  await t.rejects(reader.read(1_000_000, { silenceMs: 20_000, totalMs: 100 }), {
    message: /took more than its time/
  })
})

test('a reader on a stream that has ended sees its end', async t => {
  const { ours, theirs } = await streamEnds(t)
  ours.abort(new Error('over'))
  t.equal(await new ByteReader(ours).read(1, PATIENT), undefined)
  theirs.abort(new Error('over'))
})

test('two reads at a time are refused', async t => {
  const { ours } = await streamEnds(t)
  const reader = new ByteReader(ours)
  const first = reader.read(1, PATIENT)
  await t.rejects(reader.read(1, PATIENT), TypeError)
  ours.abort(new Error('over'))
  await t.rejects(first, { message: 'over' })
})
