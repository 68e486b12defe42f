import { signedBase } from '@soup/testing'
import { test } from 'tap'
import { FrameStream } from '../../src/catalogue/frame-stream.ts'
import { encodeRequest, parseAnswer, type Request } from '../../src/catalogue/messages.ts'
import { BASES_SPACE, topicOf } from '../../src/catalogue/protocol.ts'
import { type Liar, openTo, startLiar } from './liars.ts'
import { connect, listens, startNode, type TestNode } from './network.ts'

const GET: Request = { type: 'get', shelf: 'records', ids: [new Uint8Array(32)] }

async function talk(liar: Liar, node: TestNode): Promise<FrameStream> {
  return new FrameStream(await openTo(liar, node), node.peer)
}

test('a peer that broke the protocol gets no answer for a while, others do', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  const frames = await talk(liar, node)
  await frames.write([Uint8Array.of(0x42)])
  await frames.read()
  await t.rejects(frames.read(), { code: 'CATALOGUE_ENDED' })
  const again = await talk(liar, node)
  await t.rejects(
    again.write(encodeRequest(GET)).then(() => again.read()),
    { code: 'CATALOGUE_ENDED' }
  )
  const other = await talk(await startLiar(t, () => {}), node)
  await other.write(encodeRequest(GET))
  t.match(parseAnswer((await other.read()) ?? new Uint8Array()), { type: 'get', done: 1 })
})

test('a record that a peer hands over is told to those who listen', async t => {
  const [node, friend] = [await startNode(t), await startNode(t)]
  await connect(friend, node)
  await friend.catalogue.sync()
  await listens(node, friend.peer, topicOf(BASES_SPACE))
  const { id, envelope } = await signedBase('1')
  const frames = await talk(await startLiar(t, () => {}), node)
  await frames.write(encodeRequest({ type: 'put', shelf: 'records', items: [envelope] }))
  await friend.arrival(id)
  t.ok(node.records.map.has(id))
})

test('streams that are served end when the catalogue stops', async t => {
  const [node, liar] = [await startNode(t), await startLiar(t, () => {})]
  const frames = await talk(liar, node)
  await frames.write(encodeRequest(GET))
  t.ok(await frames.read())
  await node.catalogue.stop()
  await t.rejects(frames.read(), { code: 'CATALOGUE_ENDED' })
})
