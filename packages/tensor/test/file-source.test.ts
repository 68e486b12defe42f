import {
  appendFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import t from 'tap'
import { fileSource } from '../src/file-source.ts'

t.test('a file source reads any range, into buffers of the caller', async t => {
  const path = `${t.testdir({ a: '0123456789' })}/a`
  const source = await fileSource(path)
  t.teardown(() => source.close())
  t.equal(source.name, path)
  t.equal(source.sizeBytes, 10)
  t.equal(Buffer.from(await source.read(2, 3)).toString(), '234')
  t.equal((await source.read(10, 0)).length, 0)
  for (const [offset, length] of [
    [8, 3],
    [-1, 2],
    [0, -1]
  ] as const) {
    await t.rejects(source.read(offset, length), RangeError)
  }
  await t.rejects(source.read(0, 1, { signal: AbortSignal.abort(new Error('stop')) }), {
    message: 'stop'
  })
})

t.test('closing twice is fine', async t => {
  const source = await fileSource(`${t.testdir({ a: 'x' })}/a`)
  await source.close()
  await source.close()
})

t.test('a file that changes while it is open is an error, never a mixture', async t => {
  const changes: Record<string, (path: string) => void> = {
    'cut short': path => truncateSync(path, 4),
    grown: path => appendFileSync(path, 'x'),
    'written to': path => {
      writeFileSync(path, '9876543210')
      utimesSync(path, 1, 1)
    },
    removed: path => rmSync(path),
    replaced: path => {
      writeFileSync(`${path}.new`, '9876543210')
      renameSync(`${path}.new`, path)
    }
  }
  for (const [how, change] of Object.entries(changes)) {
    const path = `${t.testdir({ a: '0123456789' })}/a`
    const source = await fileSource(path)
    change(path)
    await t.rejects(source.read(0, 10), { code: 'FILE_CHANGED', message: new RegExp(path) }, how)
    await source.close()
  }
})

t.test('what is missing or not a regular file is refused', async t => {
  const dir = t.testdir({})
  await t.rejects(fileSource(`${dir}/none`), { code: 'FILE_NOT_FOUND' })
  await t.rejects(fileSource(dir), { code: 'FILE_FAILED', message: /not a regular file/ })
})
