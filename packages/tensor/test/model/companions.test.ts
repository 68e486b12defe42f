import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MAX_COMPANION_BYTES } from '../../src/limits.ts'
import { openCompanions } from '../../src/model/companions.ts'
import { sha256 } from '../fixtures.ts'

t.test('companions are sorted, hashed and read again on demand', async t => {
  const folder = t.testdir({ 'vocab.txt': 'a', 'config.json': '{}', 'x.py': '' })
  const files = await openCompanions(folder, ['vocab.txt', 'x.py', 'config.json'])
  t.strictSame([...files.keys()], ['config.json', 'vocab.txt'])
  const { fileName, sizeBytes, sha256: hash } = files.get('vocab.txt')!
  t.strictSame(
    { fileName, sizeBytes, hash },
    { fileName: 'vocab.txt', sizeBytes: 1, hash: sha256(Buffer.from('a')) }
  )
  t.same(await files.get('vocab.txt')!.read(), Buffer.from('a'))
})

t.test('a companion that was written to or removed since is not read', async t => {
  const folder = t.testdir({ 'vocab.txt': 'a', 'config.json': '{}' })
  const files = await openCompanions(folder, ['vocab.txt', 'config.json'])
  await writeFile(join(folder, 'vocab.txt'), 'b')
  await rm(join(folder, 'config.json'))
  await t.rejects(files.get('vocab.txt')!.read(), { code: 'FILE_CHANGED' })
  await t.rejects(files.get('config.json')!.read(), { code: 'FILE_NOT_FOUND' })
})

t.test('all companions together are bounded, before the one that is too much is read', async t => {
  const names = ['vocab.json', 'vocab.txt', 'merges.txt']
  const folder = t.testdir(Object.fromEntries(names.map(name => [name, ''])))
  for (const name of names.slice(0, 2)) await truncate(join(folder, name), MAX_COMPANION_BYTES)
  t.equal((await openCompanions(folder, names)).size, 3)
  await truncate(join(folder, 'merges.txt'), 1)
  await t.rejects(openCompanions(folder, names), {
    code: 'MODEL_INVALID',
    message: /vocab.txt.*more than 134217728 bytes/
  })
})

t.test('an abort reason passes through untouched', async t => {
  const folder = t.testdir({ 'vocab.txt': 'a' })
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(openCompanions(folder, ['vocab.txt'], { signal }), { message: 'enough' })
})

t.test('a link may lead to a file of the folder or of the cache, nowhere else', async t => {
  const root = t.testdir({ cache: { blobs: { x: 'blob' }, snapshots: {} }, secret: 'key' })
  const folder = join(root, 'cache', 'snapshots', 'abc')
  await mkdir(folder)
  await writeFile(join(folder, 'words'), 'words')
  await symlink('words', join(folder, 'vocab.txt'))
  await symlink('../../blobs/x', join(folder, 'merges.txt'))
  const files = await openCompanions(folder, ['vocab.txt', 'merges.txt'])
  t.same(await files.get('vocab.txt')!.read(), Buffer.from('words'))
  t.same(await files.get('merges.txt')!.read(), Buffer.from('blob'))
  await symlink('../../../secret', join(folder, 'config.json'))
  await t.rejects(openCompanions(folder, ['config.json']), {
    ...{
      code: 'MODEL_INVALID',
      message: /config.json .*it is a link to .*secret, which lies elsewhere/
    }
  })
  await symlink('nothing', join(folder, 'vocab.json'))
  await t.rejects(openCompanions(folder, ['vocab.json']), { code: 'FILE_NOT_FOUND' })
})
