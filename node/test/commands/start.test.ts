import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { start } from '../../src/commands/start.ts'
import { place, repo, startDaemon } from '../run-cli.ts'

/** A port that somebody else listens on. */
async function takenPort(t: Test): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

t.test('start says where it listens, and ends with 0 when it is interrupted', async t => {
  const at = await repo(t)
  const daemon = await startDaemon(t, at)
  t.match(daemon, { peerId: /^12D3KooW/, api: /^http:\/\/127\.0\.0\.1:\d+$/, pid: process.pid })
  t.match(daemon.addresses, [new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${daemon.peerId}$`)])
  t.equal((await stat(`${at.repo}/api.json`)).mode & 0o777, 0o600)
  t.equal(await daemon.stop(), 0)
  await t.rejects(stat(`${at.repo}/api.json`), { code: 'ENOENT' })
})

t.test('a daemon that was stopped can be started again, as the same peer', async t => {
  const at = await repo(t)
  const first = await startDaemon(t, at)
  await first.stop()
  t.equal((await startDaemon(t, at)).peerId, first.peerId)
})

t.test('a second daemon on the same repo is refused, and the first one does not mind', async t => {
  const at = await repo(t)
  await startDaemon(t, at)
  t.match(await at.fails('start'), { code: 1, error: { code: 'STORE_LOCKED', message: at.repo } })
  t.match(await at.json('status'), { running: true })
})

t.test('a port in use is named with the way out, and the repo is free again', async t => {
  const at = await repo(t)
  const port = await takenPort(t)
  t.match(
    await at.fails('start', '--listen', '/ip4/127.0.0.1/tcp/0', '--api', `127.0.0.1:${port}`),
    {
      code: 1,
      error: {
        code: 'API_PORT_IN_USE',
        message: /--api/,
        details: { address: `127.0.0.1:${port}` }
      }
    }
  )
  const address = `/ip4/127.0.0.1/tcp/${port}`
  t.match(await at.fails('start', '--listen', address), {
    code: 1,
    error: { code: 'EXCHANGE_PORT_IN_USE', message: String(port) }
  })
  t.match(await at.json('status'), { running: false })
})

t.test('start refuses what is no repo, no loopback, no address', async t => {
  const at = await repo(t)
  t.match(await place(t, join(at.folder, 'empty')).fails('start'), {
    code: 3,
    error: { code: 'REPO_MISSING', message: 'soup-node init' }
  })
  const cases: [string, string, RegExp][] = [
    ['--api', '0.0.0.0:4191', /loopback.*0\.0\.0\.0:4191/],
    ['--api', 'evil.example:80', /loopback/],
    ['--listen', '0.0.0.0:4190', /multiaddr/],
    ['--bootstrap', 'coordinator', /multiaddr/]
  ]
  for (const [option, value, message] of cases) {
    t.match(await at.fails('start', option, value), { code: 2, error: { message } }, value)
  }
  for (const option of ['--listen', '--bootstrap']) {
    const failed = await at.fails('start', option, '/nonsense/x')
    t.match(failed, { code: 2, error: { code: 'EXCHANGE_BAD_ADDRESS', message: '/nonsense/x' } })
  }
})

t.test('on a terminal start says who and where it is', async t => {
  const ready = { peerId: 'P', addresses: ['/ip4/1.2.3.4/tcp/1/p2p/P'], api: 'http://127.0.0.1:1' }
  t.equal(
    start.render(ready),
    'This node is P\n  reachable at /ip4/1.2.3.4/tcp/1/p2p/P\n  local API at http://127.0.0.1:1'
  )
  t.equal(start.render(undefined), '', 'it ends without another word')
})
