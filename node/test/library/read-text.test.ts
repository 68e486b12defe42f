import { join } from 'node:path'
import { SoupError } from '@soup/interface'
import t from 'tap'
import { readParsed, readText } from '../../src/library/read-text.ts'

t.test('readText() reads a file of at most so many bytes', async t => {
  const folder = t.testdir({ 'a.json': '{"θ":1}', empty: '' })
  t.equal(await readText(join(folder, 'a.json'), 8), '{"θ":1}')
  t.equal(await readText(join(folder, 'empty'), 0), '')
  const path = join(folder, 'a.json')
  await t.rejects(readText(path, 7), {
    code: 'FILE_TOO_LARGE',
    message: `${path} has 8 bytes, expected at most 7`
  })
})

t.test('readText() names a file that is missing, and a folder in its place', async t => {
  const folder = t.testdir({})
  const path = join(folder, 'none.json')
  await t.rejects(readText(path, 9), { code: 'FILE_NOT_FOUND', message: path })
  await t.rejects(readText(folder, 9), { code: 'FILE_FAILED', message: 'not a regular file' })
})

t.test('readParsed() names the file in what its parser refuses', async t => {
  const path = join(t.testdir({ 'a.json': '7' }), 'a.json')
  t.equal(await readParsed(path, 9, Number), 7)
  const refused = new SoupError('RECIPE_INVALID', 'expected 8', { details: { field: 'x' } })
  const parse = (): never => {
    throw refused
  }
  await t.rejects(readParsed(path, 9, parse), {
    code: 'RECIPE_INVALID',
    message: `${path}: expected 8`,
    details: { field: 'x', file: path },
    cause: refused
  })
  const bug = new TypeError('x is undefined')
  const fail = (): never => {
    throw bug
  }
  await t.rejects(readParsed(path, 9, fail), bug)
})
