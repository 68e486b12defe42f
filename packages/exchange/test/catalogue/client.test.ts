import { test } from 'tap'
import { CatalogueClient } from '../../src/catalogue/client.ts'
import { FrameStream } from '../../src/catalogue/frame-stream.ts'
import type { Answer, Request } from '../../src/catalogue/messages.ts'
import { ItemSet } from '../../src/catalogue/negentropy/item-set.ts'
import { WIRE_ERROR } from '../../src/catalogue/protocol.ts'
import { answering, openTo, startLiar } from './liars.ts'
import type { TestNode } from './network.ts'

type Test = Parameters<typeof startLiar>[0]

async function asking(t: Test, answer: (request: Request) => Answer): Promise<CatalogueClient> {
  const [server, host] = [await answering(t, answer), await startLiar(t, () => {})]
  const stream = await openTo(host, server as unknown as TestNode)
  return new CatalogueClient(new FrameStream(stream, server.peer))
}

const id = (n: number): Uint8Array => new Uint8Array(32).fill(n)
const ids = (count: number): Uint8Array[] => Array.from({ length: count }, (_, n) => id(n & 255))

async function all(batches: AsyncIterable<Uint8Array[]>): Promise<number> {
  let count = 0
  for await (const batch of batches) count += batch.length
  return count
}

test('what a batch leaves out is asked for again', async t => {
  const asked: number[] = []
  const client = await asking(t, request => {
    if (request.type !== 'get') throw new Error('unexpected')
    asked.push(request.ids.length)
    return {
      type: 'get',
      done: Math.min(200, request.ids.length),
      items: request.ids.slice(0, 150)
    }
  })
  t.equal(await all(client.get('records', ids(500))), 150 + 150 + 100)
  t.strictSame(asked, [256, 256, 100])
})

test('an answer that deals with nothing, with more than was asked, or with other items is a fault', async t => {
  for (const [done, items] of [
    [0, 0],
    [3, 0],
    [1, 2]
  ] as const) {
    const client = await asking(t, () => ({ type: 'get', done, items: ids(items) }))
    await t.rejects(all(client.get('records', ids(2))), { code: 'CATALOGUE_MALFORMED' })
  }
  const client = await asking(t, () => ({ type: 'put', taken: 9 }))
  const one = async function* () {
    yield id(1)
  }
  await t.rejects(client.put('records', one()), { code: 'CATALOGUE_MALFORMED' })
})

test('a space that the server does not follow is no error; other refusals are', async t => {
  const refuse = (code: number) => asking(t, () => ({ type: 'error', code, text: 'no' }))
  const set = new ItemSet([])
  t.equal(await (await refuse(WIRE_ERROR.notFollowed)).reconcile('x', set, 10), undefined)
  const busy = await refuse(WIRE_ERROR.busy)
  await t.rejects(busy.reconcile('x', set, 10), {
    code: 'CATALOGUE_REFUSED',
    message: /error 4: no/
  })
})

test('no more ids are wanted than there is room for', async t => {
  const message = Uint8Array.from([0x61, 0, 0, 2, 3, ...id(1), ...id(2), ...id(3)])
  const client = await asking(t, () => ({ type: 'reconcile', message }))
  t.equal((await client.reconcile('x', new ItemSet([]), 2))?.need.length, 2)
})
