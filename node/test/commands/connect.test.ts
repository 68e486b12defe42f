import { join } from 'node:path'
import t from 'tap'
import { repo, startDaemon } from '../run-cli.ts'

t.test('connect brings two daemons together, and both name each other', async t => {
  const folder = t.testdir({})
  const a = await repo(t, join(folder, 'a'))
  const b = await repo(t, join(folder, 'b'))
  const [one, two] = [await startDaemon(t, a), await startDaemon(t, b)]
  const address = two.addresses[0]!
  t.same(await a.json('connect', address), { peer: two.peerId, address })
  t.match(await a.json('peers'), [{ peer: two.peerId, direction: 'outbound' }])
  t.match(await b.json('peers'), [{ peer: one.peerId, direction: 'inbound' }])
})

t.test('connect names the address that is wrong or silent', async t => {
  const at = await repo(t)
  const daemon = await startDaemon(t, at)
  await daemon.stop()
  const { addresses, peerId } = daemon
  t.match(await at.fails('connect', 'nonsense'), {
    code: 2,
    error: { code: 'EXCHANGE_BAD_ADDRESS', message: /"nonsense" is not an address/ }
  })
  const silent = addresses[0]!.replace(
    peerId,
    '12D3KooWEn5Gc7xJmvCX6B7CW9qyj396iqeJjJW7pmwAr9HU2obh'
  )
  t.match(await at.fails('connect', silent), { code: 5, error: { code: 'EXCHANGE_DIAL_FAILED' } })
})
