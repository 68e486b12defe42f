import { readdirSync, readFileSync } from 'node:fs'
import type { link } from 'node:fs/promises'
import t from 'tap'
import { takeName } from '../src/take-name.ts'

/** What Linux says of FAT. */
const noLinks: typeof link = async () => {
  throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
}

for (const [where, makeLink] of [
  ['with hard links', undefined],
  ['without hard links', noLinks]
] as const) {
  t.test(`a file takes a name that is free, ${where}`, async t => {
    const dir = t.testdir({ temporary: 'new' })
    await takeName(`${dir}/temporary`, `${dir}/a`, makeLink)
    t.strictSame(readdirSync(dir), ['a'])
    t.equal(readFileSync(`${dir}/a`, 'utf8'), 'new')
  })

  t.test(`a name that is taken stays with its file, ${where}`, async t => {
    const dir = t.testdir({ temporary: 'new', a: 'old', folder: {} })
    for (const name of ['a', 'folder']) {
      await t.rejects(takeName(`${dir}/temporary`, `${dir}/${name}`, makeLink), { code: 'EEXIST' })
    }
    t.strictSame(readdirSync(dir), ['a', 'folder', 'temporary'])
    t.equal(readFileSync(`${dir}/a`, 'utf8'), 'old')
  })

  t.test(`a file that is gone leaves nothing under its name, ${where}`, async t => {
    const dir = t.testdir({})
    await t.rejects(takeName(`${dir}/temporary`, `${dir}/a`, makeLink), { code: 'ENOENT' })
    t.strictSame(readdirSync(dir), [])
  })
}
