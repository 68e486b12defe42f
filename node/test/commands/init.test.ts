import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { loadIdentity } from '@soup/exchange'
import t from 'tap'
import { addresses } from '../../src/commands/init.ts'
import { readConfig, repoPaths } from '../../src/repo/repo.ts'
import { place } from '../run-cli.ts'

t.test('init makes a repo whose identity only the owner may read', async t => {
  const at = place(t)
  const { peerId } = await at.json<{ peerId: string }>('init')
  const { identity } = repoPaths(at.repo)
  t.equal((await loadIdentity(identity)).peerId, peerId)
  t.equal((await stat(identity)).mode & 0o777, 0o600)
})

t.test('init keeps the addresses that it is given', async t => {
  const at = place(t)
  const [listen, one, two] = ['/ip4/127.0.0.1/tcp/0', '/ip4/1.2.3.4/tcp/1', '/ip4/1.2.3.4/tcp/2']
  await at.json('init', '--listen', listen!, '--bootstrap', one!, '--bootstrap', two!)
  t.match(await readConfig(repoPaths(at.repo)), { listen: [listen], bootstrap: [one, two] })
})

t.test('init goes where --repo says, seen from where it is called', async t => {
  const at = place(t)
  const { stdout } = await at.run('init', '--repo', 'elsewhere')
  t.match(stdout, join(at.folder, 'elsewhere'))
  t.same(await readdir(at.folder), ['elsewhere'])
})

t.test('init refuses a repo that exists', async t => {
  const at = place(t)
  await at.json('init')
  t.match(await at.fails('init'), {
    code: 1,
    error: { code: 'REPO_EXISTS', message: at.repo }
  })
})

t.test('an address that is none is refused before anything is made', async t => {
  const at = place(t)
  t.match(await at.fails('init', '--bootstrap', '127.0.0.1:4190'), {
    code: 2,
    error: { code: 'USAGE', message: /--bootstrap wants a multiaddr.*127\.0\.0\.1:4190/ }
  })
  for (const option of ['--listen', '--bootstrap']) {
    t.match(await at.fails('init', option, '/nonsense/x'), {
      code: 2,
      error: { code: 'EXCHANGE_BAD_ADDRESS', message: '/nonsense/x' }
    })
  }
  t.same(await readdir(at.folder), [])
  const many = new Array(65).fill('/ip4/127.0.0.1/tcp/0')
  t.throws(() => addresses(many, 'listen'), { code: 'USAGE', message: /--listen .* 64 .* 65/ })
  t.throws(() => addresses(['x'], 'listen'), { message: '--listen' })
})
