import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadIdentity } from '@soup/exchange'
import t from 'tap'
import { defaultConfig } from '../../src/repo/config.ts'
import {
  findDaemon,
  initRepo,
  publishApiAddress,
  readApiToken,
  readConfig,
  repoPaths,
  withdrawApiAddress
} from '../../src/repo/repo.ts'

const URL = 'http://127.0.0.1:4191'

t.test('initRepo() makes settings and a token that only the owner may read', async t => {
  const root = join(t.testdir({}), 'deep', 'repo')
  const paths = await initRepo(root, { bootstrap: ['/ip4/1.2.3.4/tcp/1'] })
  t.same(paths, repoPaths(root))
  t.same(await readConfig(paths), { ...defaultConfig(), bootstrap: ['/ip4/1.2.3.4/tcp/1'] })
  t.match(await readApiToken(paths), /^[\w-]{43}$/)
  for (const path of [paths.apiToken, paths.config]) {
    t.equal((await stat(path)).mode & 0o777, 0o600, path)
  }
  t.equal((await stat(root)).mode & 0o777, 0o700)
})

t.test('two repos have different tokens', async t => {
  const root = t.testdir({})
  const [a, b] = [await initRepo(join(root, 'a'), {}), await initRepo(join(root, 'b'), {})]
  t.not(await readApiToken(a), await readApiToken(b))
})

t.test('initRepo() refuses a repo that exists and changes nothing in it', async t => {
  const root = t.testdir({})
  const paths = await initRepo(root, { bootstrap: ['/ip4/1.2.3.4/tcp/1'] })
  const token = await readApiToken(paths)
  await t.rejects(initRepo(root, {}), { code: 'REPO_EXISTS', message: root })
  t.same((await readConfig(paths)).bootstrap, ['/ip4/1.2.3.4/tcp/1'])
  t.equal(await readApiToken(paths), token)
})

t.test('a file where the repo should be is no repo, and none is made there', async t => {
  const root = join(t.testdir({ file: '' }), 'file')
  await t.rejects(readConfig(repoPaths(root)), { code: 'REPO_MISSING' })
  for (const path of [root, join(root, 'below')]) {
    await t.rejects(initRepo(path, {}), { code: 'OUT_FAILED', message: path })
  }
})

t.test('initRepo() ends where the system has no such folder and makes none', async t => {
  for (const path of ['/proc/x', '/proc/x/repo', '/proc']) {
    await t.rejects(initRepo(path, {}), {
      code: 'OUT_FAILED',
      message: /\/proc.*choose another folder with --repo/,
      details: { repo: path }
    })
  }
})

t.test('readConfig() of a folder that is no repo says how to make one', async t => {
  const root = t.testdir({})
  await t.rejects(readConfig(repoPaths(root)), {
    code: 'REPO_MISSING',
    message: `soup-node init --repo ${root}`
  })
})

t.test(
  "a folder with another program's config.json is no repo, and none is made there",
  async t => {
    const text = '{"architectures":["LlamaForCausalLM"]}'
    const root = t.testdir({ 'config.json': text })
    await t.rejects(readConfig(repoPaths(root)), {
      code: 'REPO_MISSING',
      message: `${root} is no repo: its config.json is another program's`
    })
    await t.rejects(initRepo(root, {}), {
      code: 'OUT_FAILED',
      message: /its config.json is another program's; choose another folder with --repo DIR/
    })
    t.same(await readdir(root), ['config.json'])
    t.equal(await readFile(join(root, 'config.json'), 'utf8'), text)
  }
)

t.test('a repo that lost its token is one still, and init ends what it was killed in', async t => {
  const paths = await initRepo(t.testdir({}), {})
  await loadIdentity(paths.identity)
  await rm(paths.apiToken)
  t.same(await readConfig(paths), defaultConfig())
  await rm(paths.config)
  await initRepo(paths.root, {})
  t.same(await readConfig(paths), defaultConfig())
})

t.test('readApiToken() accepts no token that could be guessed', async t => {
  const root = t.testdir({ 'api.token': `${'x'.repeat(31)}\n` })
  const failure = { code: 'API_TOKEN_MISSING', message: 'api.token' }
  await t.rejects(readApiToken(repoPaths(root)), failure)
  await t.rejects(readApiToken(repoPaths(t.testdir({}))), failure)
})

t.test('readApiToken() accepts no token that a header cannot hold', async t => {
  const paths = await initRepo(t.testdir({}), {})
  const secret = 'x'.repeat(32)
  await writeFile(paths.apiToken, `${secret}\n`)
  t.equal(await readApiToken(paths), secret)
  for (const text of [`${secret}\n${secret}`, `${secret} ${secret}`, `${secret}é`]) {
    await writeFile(paths.apiToken, `${text}\n`)
    await t.rejects(readApiToken(paths), { code: 'API_TOKEN_MISSING', message: 'ASCII' }, text)
  }
})

t.test('a secret that other users may read is refused', async t => {
  const paths = await initRepo(t.testdir({}), {})
  t.match(await loadIdentity(paths.identity), { peerId: /^12D3KooW/ })
  for (const path of [paths.apiToken, paths.identity]) await chmod(path, 0o644)
  const failure = { code: 'SECRET_EXPOSED', message: 'chmod 600' }
  await t.rejects(readApiToken(paths), { ...failure, details: { path: paths.apiToken } })
  await t.rejects(loadIdentity(paths.identity), { ...failure, details: { path: paths.identity } })
})

t.test('a folder where a file of the repo should be is named, wherever it is met', async t => {
  const paths = await initRepo(t.testdir({}), {})
  for (const path of [paths.config, paths.apiToken]) await rm(path)
  for (const path of [paths.config, paths.apiToken, paths.identity, paths.apiAddress]) {
    await mkdir(path, { mode: 0o700 })
  }
  const cases: [string, () => Promise<unknown>][] = [
    [paths.config, () => readConfig(paths)],
    [paths.apiToken, () => readApiToken(paths)],
    [paths.identity, () => loadIdentity(paths.identity)],
    [paths.apiAddress, () => findDaemon(paths)],
    [paths.apiAddress, () => publishApiAddress(paths, URL)],
    [paths.apiAddress, () => withdrawApiAddress(paths)]
  ]
  for (const [path, use] of cases) {
    await t.rejects(use(), { code: 'FILE_FAILED', message: path, details: { path } })
  }
  t.same((await readdir(paths.root)).sort(), [
    ...['api.json', 'api.token', 'config.json', 'identity.key']
  ])
})

t.test('findDaemon() finds the daemon that published its address, until it withdraws', async t => {
  const paths = await initRepo(t.testdir({}), {})
  t.equal(await findDaemon(paths), undefined)
  await publishApiAddress(paths, URL)
  t.same(await findDaemon(paths), { url: URL, token: await readApiToken(paths) })
  t.equal((await stat(paths.apiAddress)).mode & 0o777, 0o600)
  t.same((await readdir(paths.root)).sort(), ['api.json', 'api.token', 'config.json'])
  await withdrawApiAddress(paths)
  t.equal(await findDaemon(paths), undefined)
  await t.resolves(withdrawApiAddress(paths), 'twice does no harm')
})

t.test('findDaemon() finds none in what a killed daemon left, or in nonsense', async t => {
  const paths = await initRepo(t.testdir({}), {})
  const pid = process.pid
  const left = [
    '',
    '{"url":"http://127',
    'null',
    '{}',
    JSON.stringify({ url: URL }),
    JSON.stringify({ url: 7, pid }),
    JSON.stringify({ url: 'http://203.0.113.7:80', pid }),
    JSON.stringify({ url: 'http://127.0.0.1:80@203.0.113.7:80', pid }),
    JSON.stringify({ url: 'https://127.0.0.1:80', pid }),
    // No process can have this id: the kernel's ceiling is 2²².
    JSON.stringify({ url: URL, pid: 2 ** 30 })
  ]
  for (const text of left) {
    await writeFile(paths.apiAddress, text)
    t.equal(await findDaemon(paths), undefined, text)
  }
})

t.test('settings on disk are written for a person to edit', async t => {
  const paths = await initRepo(t.testdir({}), {})
  t.match(await readFile(paths.config, 'utf8'), /^\{\n {2}"listen": \[\n/)
})
