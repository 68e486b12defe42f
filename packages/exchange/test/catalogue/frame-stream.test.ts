import type { Stream } from '@libp2p/interface'
import { test } from 'tap'
import { FrameStream } from '../../src/catalogue/frame-stream.ts'
import { MAX_FRAME_BYTES } from '../../src/catalogue/limits.ts'
import { openTo, startLiar } from './liars.ts'
import type { TestNode } from './network.ts'

/** Both ends of a stream over the memory transport, and the stream of the first. */
async function pair(
  t: Parameters<typeof startLiar>[0]
): Promise<[FrameStream, FrameStream, Stream]> {
  const { promise, resolve } = Promise.withResolvers<FrameStream>()
  const server = await startLiar(t, stream => resolve(new FrameStream(stream, 'client')))
  const client = await startLiar(t, () => {})
  const stream = await openTo(client, server as unknown as TestNode)
  const ours = new FrameStream(stream, 'server')
  await ours.write([Uint8Array.of(0)])
  const theirs = await promise
  await theirs.read()
  return [ours, theirs, stream]
}

test('frames arrive whole and in order, empty ones and the largest too', async t => {
  const [ours, theirs] = await pair(t)
  const sizes = [0, 1, 127, 128, 300_000, MAX_FRAME_BYTES, 5]
  const writing = (async () => {
    for (const size of sizes) await ours.write([new Uint8Array(size).fill(size & 255)])
    await ours.close()
  })()
  for (const size of sizes) {
    const frame = await theirs.read()
    t.equal(frame?.length, size)
    t.ok(frame?.every(byte => byte === (size & 255)))
  }
  t.equal(await theirs.read(), undefined, 'then the end')
  await writing
})

test('every write waits until its frame is on its way, so that a slow reader holds it back', async t => {
  const [ours, theirs, stream] = await pair(t)
  const writing = (async () => {
    for (let frame = 0; frame < 4; frame++) {
      await ours.write([new Uint8Array(1_000_000)])
      t.equal(stream.writeBufferLength, 0, `frame ${frame}`)
    }
  })()
  for (let frame = 0; frame < 4; frame++) await theirs.read()
  await writing
})

test('writing to a peer that does not read gives up when its signal says so', async t => {
  const [ours] = await pair(t)
  const controller = new AbortController()
  const writing = ours.write([new Uint8Array(MAX_FRAME_BYTES)], controller)
  controller.abort(new Error('enough'))
  await t.rejects(writing, { message: 'enough' })
})

test('a stream that ends inside a frame is an error', async t => {
  const [ours, theirs] = await pair(t)
  const reading = theirs.read()
  ours.abort(new Error('gone'))
  await t.rejects(reading, { code: 'CATALOGUE_ENDED', details: { peer: 'client' } })
})

test('reading gives up when its signal says so', async t => {
  const [, theirs] = await pair(t)
  const controller = new AbortController()
  const reading = theirs.read({ signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(reading, { message: 'enough' })
})

test('a frame past the limit is a mistake of the caller', async t => {
  const [ours] = await pair(t)
  await t.rejects(ours.write([new Uint8Array(MAX_FRAME_BYTES + 1)]), RangeError)
})
