import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openNode } from '../src/node.ts'
import { defaultConfig } from '../src/repo/config.ts'
import { initRepo, repoPaths } from '../src/repo/repo.ts'

const config = { ...defaultConfig(), listen: ['/ip4/127.0.0.1/tcp/0'] }

t.test('openNode() makes an identity once and opens the store', async t => {
  const repo = await initRepo(t.testdir({}), {})
  const first = await openNode(repo, config, { network: false })
  t.match(first.peerId, /^12D3KooW/)
  t.equal(first.exchange, undefined)
  await first.store.state.put('n', 'k', 1)
  await first.close()
  const second = await openNode(repo, config, { network: false })
  t.equal(second.peerId, first.peerId)
  t.equal(await second.store.state.get('n', 'k'), 1)
  await second.close()
})

t.test('openNode() empties what an interrupted command left', async t => {
  const repo = await initRepo(t.testdir({}), {})
  await mkdir(join(repo.temporary, 'x.measure'), { recursive: true })
  await writeFile(join(repo.temporary, 'x.measure', '0.safetensors'), 'half')
  const node = await openNode(repo, config, { network: false })
  t.teardown(() => node.close())
  t.same(await readdir(repo.temporary), [])
  t.equal((await stat(repo.temporary)).mode & 0o777, 0o700)
})

t.test('a repo is open once at a time, and its files in the making are left alone', async t => {
  const repo = await initRepo(t.testdir({}), {})
  const node = await openNode(repo, config, { network: false })
  t.teardown(() => node.close())
  await writeFile(join(repo.temporary, 'in-use'), '')
  for (const network of [true, false]) {
    await t.rejects(openNode(repo, config, { network }), {
      code: 'STORE_LOCKED',
      message: repo.root
    })
  }
  t.same(await readdir(repo.temporary), ['in-use'])
})

t.test('openNode() brings the network up and takes it down again', async t => {
  const repo = await initRepo(t.testdir({}), {})
  const node = await openNode(repo, config, { network: true })
  t.match(node.exchange?.addresses(), [`/p2p/${node.peerId}`])
  t.equal(node.exchange?.peerId, node.peerId)
  await node.close()
  const again = await openNode(repo, config, { network: false })
  await again.close()
})

t.test('a network that cannot come up leaves the repo free', async t => {
  const repo = await initRepo(t.testdir({}), {})
  const wrong = { ...config, listen: ['/nonsense/x'] }
  await t.rejects(openNode(repo, wrong, { network: true }), { code: 'EXCHANGE_BAD_ADDRESS' })
  const node = await openNode(repo, config, { network: false })
  await node.close()
})

t.test('a broken identity is named, and not replaced', async t => {
  const root = t.testdir({ 'identity.key': 'not a key' })
  const repo = repoPaths(root)
  await t.rejects(openNode(repo, config, { network: false }), {
    code: 'EXCHANGE_IDENTITY',
    message: repo.identity
  })
  t.same(await readdir(root), ['identity.key'])
})
