import { join } from 'node:path'
import t from 'tap'
import { kitchen, repo, startDaemon } from '../run-cli.ts'

t.test('status of a repo without a daemon counts what is there', async t => {
  const at = await kitchen(t)
  t.match(await at.json('status'), {
    peerId: /^12D3KooW/,
    repo: at.repo,
    running: false,
    addresses: [],
    peers: 0,
    bases: { known: 1, complete: 1 },
    experts: { known: 2, complete: 2 }
  })
  t.match((await at.run('status')).stdout, /no daemon runs on this repo(.|\n)*experts +2 +2\n$/)
})

t.test(
  'status of a running daemon tells where it is reachable and how many peers it has',
  async t => {
    const folder = t.testdir({})
    const [a, b] = [await repo(t, join(folder, 'a')), await repo(t, join(folder, 'b'))]
    const [one, two] = [await startDaemon(t, a), await startDaemon(t, b)]
    await a.json('connect', two.addresses[0]!)
    t.match(await a.json('status'), { running: true, addresses: one.addresses, peers: 1 })
    t.match((await a.run('status')).stdout, `${one.peerId} (running, 1 peer)`)
  }
)
