import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { inWords, MAX_REPO_FILE_BYTES, readOptional } from '../../src/repo/files.ts'

t.test('readOptional() gives the text, and undefined where there is no file', async t => {
  const root = t.testdir({ file: 'θ₀' })
  t.equal(await readOptional(join(root, 'file')), 'θ₀')
  t.equal(await readOptional(join(root, 'missing')), undefined)
  t.equal(await readOptional(join(root, 'file', 'below')), undefined)
})

t.test('readOptional() names what is no small file', async t => {
  const root = t.testdir({ folder: {} })
  const cases: [string, string, RegExp][] = [
    [join(root, 'folder'), 'FILE_FAILED', /not a regular file.*--repo DIR/],
    ['/dev/zero', 'FILE_FAILED', /not a regular file/],
    [join(root, 'x'.repeat(300)), 'FILE_FAILED', /ENAMETOOLONG/]
  ]
  for (const [path, code, message] of cases) {
    await t.rejects(readOptional(path), { code, message, details: { path } })
  }
  const path = join(root, 'large')
  await writeFile(path, ' '.repeat(MAX_REPO_FILE_BYTES))
  t.equal((await readOptional(path))?.length, MAX_REPO_FILE_BYTES)
  await writeFile(path, ' '.repeat(MAX_REPO_FILE_BYTES + 1))
  await t.rejects(readOptional(path), { code: 'FILE_TOO_LARGE', message: path })
})

t.test('inWords() words what the system says and nothing else', async t => {
  const path = join(t.testdir({}), 'folder')
  await mkdir(path)
  t.equal(await inWords(path, async () => 7), 7)
  await t.rejects(
    inWords(path, () => readFile(path)),
    { code: 'FILE_FAILED', message: `${path} cannot be used: EISDIR` }
  )
  const bug = new TypeError('x is undefined')
  await t.rejects(
    inWords(path, () => Promise.reject(bug)),
    bug
  )
})
