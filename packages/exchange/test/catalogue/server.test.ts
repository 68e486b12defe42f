import { signedBase } from '@soup/testing'
import { test } from 'tap'
import { FrameStream } from '../../src/catalogue/frame-stream.ts'
import { MAX_FRAME_BYTES, MAX_STREAMS_PER_PEER } from '../../src/catalogue/limits.ts'
import { encodeRequest, parseAnswer, type Request } from '../../src/catalogue/messages.ts'
import { ItemSet } from '../../src/catalogue/negentropy/item-set.ts'
import { initiate } from '../../src/catalogue/negentropy/reconcile.ts'
import { BASES_SPACE, WIRE_ERROR } from '../../src/catalogue/protocol.ts'
import { digestOf } from '../../src/catalogue/record-id.ts'
import { type Liar, openTo, startLiar } from './liars.ts'
import { connect, startNode, type TestNode } from './network.ts'

const HELLO: Request = {
  type: 'reconcile',
  space: BASES_SPACE,
  message: initiate(new ItemSet([]), 60 * 1024)
}

async function talk(liar: Liar, node: TestNode): Promise<FrameStream> {
  return new FrameStream(await openTo(liar, node), node.peer)
}

test('a base that the node does not follow is refused, and the stream goes on', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  const frames = await talk(liar, node)
  await frames.write(
    encodeRequest({
      ...HELLO,
      space: 'bafyreidykglsfhoixmivffc5uwhcgshx4j465xwqntbmu43nb2dzqwfvae'
    })
  )
  t.match(parseAnswer((await frames.read()) as Uint8Array), {
    type: 'error',
    code: WIRE_ERROR.notFollowed
  })
  await frames.write(encodeRequest(HELLO))
  t.match(parseAnswer((await frames.read()) as Uint8Array), { type: 'reconcile' })
})

test('records are given out by digest, and those that are missing are left out', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  const base = await signedBase('1')
  await node.records.put(base)
  const frames = await talk(liar, node)
  const ids = [new Uint8Array(32), digestOf(base.id) as Uint8Array]
  await frames.write(encodeRequest({ type: 'get', shelf: 'records', ids }))
  const answer = parseAnswer((await frames.read()) as Uint8Array)
  t.match(answer, { type: 'get', done: 2 })
  if (answer.type === 'get')
    t.same(
      answer.items.map(item => Buffer.compare(item, base.envelope)),
      [0]
    )
})

test('a malformed request is answered with its number, and the peer is shunned', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  const frames = await talk(liar, node)
  await frames.write([Uint8Array.of(0x42, 1, 2, 3)])
  t.match(parseAnswer((await frames.read()) as Uint8Array), {
    type: 'error',
    code: WIRE_ERROR.malformed
  })
  await t.rejects(frames.read(), { code: 'CATALOGUE_ENDED' })
  const again = await talk(liar, node)
  await t.rejects(
    again.write(encodeRequest(HELLO)).then(() => again.read()),
    { code: 'CATALOGUE_ENDED' }
  )
})

test('a tampered record that is handed over is answered with its number and not kept', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  const { envelope } = await signedBase('1')
  const frames = await talk(liar, node)
  const item = envelope.with(envelope.length - 3, (envelope[envelope.length - 3] as number) ^ 1)
  await frames.write(encodeRequest({ type: 'put', shelf: 'records', items: [item] }))
  t.match(parseAnswer((await frames.read()) as Uint8Array), {
    type: 'error',
    code: WIRE_ERROR.invalid
  })
  t.equal(node.records.map.size, 0)
})

test('an oversized frame ends the stream before it is read', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  const stream = await openTo(liar, node)
  const closed = new Promise(resolve => stream.addEventListener('close', resolve, { once: true }))
  stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f))
  await closed
  t.not(stream.status, 'open')
})

test('a peer that asks and never reads is held up by its own window', async t => {
  const [node, liar, friend] = [
    await startNode(t),
    await startLiar(t, () => {}),
    await startNode(t)
  ]
  const stream = await openTo(liar, node)
  stream.addEventListener('message', () => {})
  stream.pause()
  const request = Buffer.concat([
    Uint8Array.of(encodeRequest(HELLO).reduce((n, part) => n + part.length, 0)),
    ...encodeRequest(HELLO)
  ])
  const flood = Buffer.concat(new Array(1024).fill(request))
  let sentBytes = 0
  while (stream.status === 'open' && sentBytes < 4 * MAX_FRAME_BYTES) {
    sentBytes += flood.length
    if (!stream.send(flood)) break
  }
  t.ok(sentBytes < MAX_FRAME_BYTES, `${sentBytes} bytes were taken before the window was full`)
  await connect(friend, node)
  t.equal((await friend.catalogue.sync()).peers, 1, 'others are served meanwhile')
})

test('a peer may open only so many streams at once', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  for (let i = 0; i < MAX_STREAMS_PER_PEER; i++) {
    const frames = await talk(liar, node)
    await frames.write(encodeRequest(HELLO))
    t.ok(await frames.read())
  }
  const oneMore = openTo(liar, node).then(async stream => {
    const frames = new FrameStream(stream, node.peer)
    await frames.write(encodeRequest(HELLO))
    if ((await frames.read()) === undefined) throw new Error('closed')
  })
  await t.rejects(oneMore)
})
