import { test } from 'tap'
import { ByteReader } from '../src/chunks/byte-reader.ts'
import { sendAll } from '../src/send.ts'
import { streamEnds } from './network.ts'

test('sendAll() settles when the bytes are on their way', async t => {
  const { ours, theirs } = await streamEnds(t)
  const reader = new ByteReader(ours)
  const read = reader.read(5_000_000, { silenceMs: 20_000, totalMs: 20_000 })
  await sendAll(theirs, new Uint8Array(5_000_000), { timeoutMs: 20_000 })
  t.equal(theirs.writeBufferLength, 0)
  t.equal((await read)?.length, 5_000_000)
})

test('sendAll() fails when the peer does not read', async t => {
  const { ours, theirs } = await streamEnds(t)
  ours.pause()
  await t.rejects(sendAll(theirs, new Uint8Array(5_000_000), { timeoutMs: 50 }), {
    code: 'EXCHANGE_PEER_FAULT',
    message: /did not take the bytes within 0.05 s/
  })
})

test('sendAll() fails when the peer resets the stream meanwhile', async t => {
  const { ours, theirs } = await streamEnds(t)
  ours.pause()
  const sent = sendAll(theirs, new Uint8Array(5_000_000), { timeoutMs: 20_000 })
  ours.abort(new Error('gone'))
  await t.rejects(sent, { name: 'StreamResetError' })
})

test('sendAll() fails on a stream that is closed', async t => {
  const { ours, theirs } = await streamEnds(t)
  theirs.abort(new Error('gone'))
  await t.rejects(sendAll(theirs, new Uint8Array(1), { timeoutMs: 20_000 }))
  ours.abort(new Error('gone'))
})

test('sendAll() gives up when its signal says so, before and while it waits', async t => {
  const { ours, theirs } = await streamEnds(t)
  ours.pause()
  const reason = new Error('enough')
  await t.rejects(sendAll(theirs, new Uint8Array(1), { signal: AbortSignal.abort(reason) }), reason)
  t.equal(theirs.writeBufferLength, 0, 'nothing was sent')
  const controller = new AbortController()
  const sent = sendAll(theirs, new Uint8Array(5_000_000), controller)
  controller.abort(reason)
  await t.rejects(sent, reason)
})
