import { join } from 'node:path'
import t from 'tap'
import { repo, startDaemon } from '../run-cli.ts'

t.test('peers lists who is connected, and how', async t => {
  const folder = t.testdir({})
  const [a, b] = [await repo(t, join(folder, 'a')), await repo(t, join(folder, 'b'))]
  const [one, two] = [await startDaemon(t, a), await startDaemon(t, b)]
  await a.json('connect', two.addresses[0]!)
  t.match(await a.json('peers'), [{ peer: two.peerId, direction: 'outbound' }])
  t.match(await b.json('peers'), [{ peer: one.peerId, direction: 'inbound' }])
  const { stdout } = await a.run('peers')
  t.match(stdout, /^peer +direction +rtt +address\n/)
  t.match(stdout, new RegExp(`${two.peerId.slice(0, 16)} +outbound`))
})

t.test('peers tells a node without peers from one that is not running', async t => {
  const at = await repo(t)
  t.same(await at.json('peers'), [])
  t.match((await at.run('peers')).stdout, /no daemon runs on this repo.*soup-node start/)
  await startDaemon(t, at)
  t.same(await at.json('peers'), [])
  t.match((await at.run('peers')).stdout, /^No peer is connected.*soup-node connect/)
})
