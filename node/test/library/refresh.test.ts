import type { AbortOptions } from '@soup/interface'
import t from 'tap'
import { refreshCatalogue } from '../../src/library/refresh.ts'
import type { SoupNode } from '../../src/node.ts'

/** A node whose catalogue syncs as told. */
function nodeWith(sync: (options: AbortOptions) => Promise<unknown>) {
  const followed: string[] = []
  const catalogue = { follow: (base: string) => followed.push(base), sync }
  const exchange = { catalogue, bootstrapped: async () => undefined }
  return { followed, node: { exchange } as unknown as SoupNode }
}

t.test('refreshCatalogue() follows the base first, then asks the peers', async t => {
  const { node, followed } = nodeWith(async () => t.same(followed, ['b']))
  await refreshCatalogue(node, 'b')
  await refreshCatalogue(node, undefined)
  t.same(followed, ['b'])
})

t.test('refreshCatalogue() of a node that is offline does nothing', async t => {
  await t.resolves(refreshCatalogue({ exchange: undefined } as SoupNode, 'b'))
})

t.test("refreshCatalogue() passes the caller's abort on, reason and all", async t => {
  const { node } = nodeWith(async ({ signal }) => signal?.throwIfAborted())
  const reason = new Error('enough')
  const options = { signal: AbortSignal.abort(reason) }
  await t.rejects(refreshCatalogue(node, undefined, options), reason)
})

t.test('a failure that is no time-out is the failure of the list', async t => {
  const { node } = nodeWith(() => Promise.reject(new Error('broken')))
  await t.rejects(refreshCatalogue(node, undefined), { message: 'broken' })
})

t.test('a slow peer only makes the list older', async t => {
  const { timeout } = AbortSignal
  t.teardown(() => {
    AbortSignal.timeout = timeout
  })
  AbortSignal.timeout = () => timeout.call(AbortSignal, 0)
  const { node } = nodeWith(({ signal }) => {
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  })
  const alive = setInterval(() => undefined, 1_000) // a time-out alone keeps no process alive
  await t.resolves(refreshCatalogue(node, undefined))
  clearInterval(alive)
})
