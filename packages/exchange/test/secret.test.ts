import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { checkPrivate, inWords } from '../src/secret.ts'

t.test('checkPrivate() refuses a secret that others may read', async t => {
  const path = join(t.testdir({ secret: '' }), 'secret')
  for (const mode of [0o600, 0o400]) {
    await chmod(path, mode)
    await t.resolves(checkPrivate(path))
  }
  for (const mode of [0o640, 0o604, 0o660, 0o777]) {
    await chmod(path, mode)
    await t.rejects(checkPrivate(path), {
      code: 'SECRET_EXPOSED',
      message: /chmod 600/,
      details: { path, mode: mode.toString(8) }
    })
  }
  await t.resolves(checkPrivate(`${path}.missing`))
})

t.test('inWords() words what the system says and nothing else', async t => {
  const path = t.testdir({})
  t.equal(await inWords(path, async () => 7), 7)
  await t.rejects(
    inWords(path, () => readFile(path)),
    { code: 'FILE_FAILED', message: `${path} cannot be used: EISDIR`, details: { path } }
  )
  const bug = new TypeError('x is undefined')
  await t.rejects(
    inWords(path, () => Promise.reject(bug)),
    bug
  )
})
