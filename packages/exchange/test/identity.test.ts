import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadIdentity } from '../src/identity.ts'

t.test('an identity is made once, readable by its owner only, and stays the same', async t => {
  const path = join(t.testdir(), 'identity.key')
  const first = await loadIdentity(path)
  const second = await loadIdentity(path)
  t.match(first.peerId, /^12D3KooW/)
  t.equal(second.peerId, first.peerId)
  t.equal((await stat(path)).mode & 0o777, 0o600)
})

t.test('two callers at once get one identity', async t => {
  const path = join(t.testdir(), 'identity.key')
  const made = await Promise.all([loadIdentity(path), loadIdentity(path), loadIdentity(path)])
  t.equal(new Set(made.map(({ peerId }) => peerId)).size, 1)
})

t.test('a file that is no key is refused by its path', async t => {
  const path = join(t.testdir(), 'identity.key')
  await writeFile(path, 'not a key')
  await t.rejects(loadIdentity(path), { code: 'EXCHANGE_IDENTITY', details: { path } })
  await writeFile(path, new Uint8Array(100_000))
  await t.rejects(loadIdentity(path), { code: 'EXCHANGE_IDENTITY', details: { path } })
})

t.test('a key that other users may read is refused', async t => {
  const path = join(t.testdir(), 'identity.key')
  await loadIdentity(path)
  await chmod(path, 0o640)
  await t.rejects(loadIdentity(path), { code: 'SECRET_EXPOSED', details: { path, mode: '640' } })
})

t.test('what the system says against the file is put into words', async t => {
  const path = join(t.testdir(), 'identity.key')
  await mkdir(path)
  await t.rejects(loadIdentity(path), { code: 'FILE_FAILED', message: path, details: { path } })
  const lost = join(path, 'missing', 'identity.key')
  await t.rejects(loadIdentity(lost), { code: 'FILE_FAILED', message: /cannot be used: ENOENT/ })
})
