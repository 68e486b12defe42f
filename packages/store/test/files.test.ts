import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readSmall, syncFolder, writeWhole } from '../src/files.ts'

t.test('writeWhole() makes the folder and leaves nothing but the file', async t => {
  const folder = t.testdir()
  await writeWhole(join(folder, 'a', 'b'), join(folder, 'tmp'), Buffer.from('content'))
  await syncFolder(join(folder, 'a'))
  t.equal(await readFile(join(folder, 'a', 'b'), 'utf8'), 'content')
  t.same(await readdir(folder), ['a'])
})

t.test('writeWhole() replaces a file as a whole', async t => {
  const folder = t.testdir({ a: 'a longer content' })
  await writeWhole(join(folder, 'a'), join(folder, 'tmp'), Buffer.from('short'))
  t.equal(await readFile(join(folder, 'a'), 'utf8'), 'short')
})

for (const code of ['ENOSPC', 'EDQUOT']) {
  t.test(
    `writeWhole() on a full disk (${code}) says STORE_FULL and removes what it began`,
    async t => {
      const folder = t.testdir({ a: 'before' })
      const path = join(folder, 'a')
      const openFull = async (name: string, flags: string) => {
        const file = await open(name, flags)
        file.writeFile = async () => {
          await file.write('beg')
          throw Object.assign(new Error('write failed'), { code })
        }
        return file
      }
      await t.rejects(writeWhole(path, join(folder, 'tmp'), Buffer.from('after'), openFull), {
        code: 'STORE_FULL',
        message: path,
        details: { path }
      })
      t.same(await readdir(folder), ['a'])
      t.equal(await readFile(path, 'utf8'), 'before')
    }
  )
}

t.test('writeWhole() says what to do about too many open files', async t => {
  const path = join(t.testdir(), 'a')
  const openNone = () => Promise.reject(Object.assign(new Error('no'), { code: 'EMFILE' }))
  await t.rejects(writeWhole(path, `${path}.tmp`, Buffer.from('x'), openNone), {
    code: 'STORE_FAILED',
    message: /too many files are open.*ulimit -n/
  })
})

t.test('writeWhole() says STORE_FAILED where it cannot even clear away', async t => {
  const folder = t.testdir({ file: '' })
  await t.rejects(writeWhole(join(folder, 'a'), join(folder, 'file', 'tmp'), Buffer.from('x')), {
    code: 'STORE_FAILED',
    message: 'ENOTDIR'
  })
})

t.test('readSmall() reads nothing beyond its limit', async t => {
  const folder = t.testdir({ a: 'four', empty: '' })
  t.same(await readSmall(join(folder, 'a'), 4), new Uint8Array(Buffer.from('four')))
  t.same(await readSmall(join(folder, 'empty'), 4), new Uint8Array())
  t.equal(await readSmall(join(folder, 'a'), 3), 'damaged')
  t.equal(await readSmall(join(folder, 'none'), 3), undefined)
  await t.rejects(readSmall(folder, 100_000), { code: 'STORE_FAILED' })
})

t.test('writeWhole() never writes into a file that is in the way', async t => {
  const folder = t.testdir()
  await writeFile(join(folder, 'tmp'), 'theirs')
  await t.rejects(writeWhole(join(folder, 'a'), join(folder, 'tmp'), Buffer.from('x')), {
    code: 'STORE_FAILED'
  })
})
