import { mkdir, readdir, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../src/make-folder.ts'

t.test('makeFolder() makes a folder and those above it, and minds none that is there', async t => {
  const root = t.testdir({})
  const path = join(root, 'a', 'b', 'c')
  await makeFolder(path, { mode: 0o700 })
  for (const folder of [path, join(root, 'a')]) {
    t.equal((await stat(folder)).mode & 0o777, 0o700, folder)
  }
  await t.resolves(makeFolder(path))
  await t.resolves(makeFolder('/'))
  t.same(await readdir(root), ['a'])
})

t.test('makeFolder() minds no other that makes the same folder', async t => {
  const path = join(t.testdir({}), 'a', 'b', 'c')
  await t.resolves(Promise.all(Array.from({ length: 16 }, () => makeFolder(path))))
  t.ok((await stat(path)).isDirectory())
})

t.test('makeFolder() follows a link to a folder', async t => {
  const root = t.testdir({ real: {}, link: t.fixture('symlink', 'real') })
  await makeFolder(join(root, 'link', 'a'))
  t.same(await readdir(join(root, 'real')), ['a'])
})

t.test('makeFolder() ends where the system refuses, whatever it says', async t => {
  const root = t.testdir({ file: '' })
  await symlink('nowhere', join(root, 'dangling'))
  const cases: [string, string][] = [
    [join(root, 'file'), 'EEXIST'],
    [join(root, 'file', 'a', 'b'), 'ENOTDIR'],
    [join(root, 'dangling'), 'EEXIST'],
    [join(root, 'dangling', 'a'), 'EEXIST'],
    [join(root, 'x'.repeat(256)), 'ENAMETOOLONG'],
    [join(root, 'x/'.repeat(4_096)), 'ENAMETOOLONG']
  ]
  for (const [path, code] of cases) await t.rejects(makeFolder(path), { code }, path.slice(0, 200))
  // Linux says of these that they are missing, though their parent is there; others that it is read-only.
  await t.rejects(makeFolder('/proc/x'), { message: 'mkdir' })
  await t.rejects(makeFolder('/proc/x/y/z'), { message: 'mkdir' })
  await mkdir(join(root, 'after'))
})
