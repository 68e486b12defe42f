import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { checkFree, intoFolder, temporaryPath } from '../../src/library/output.ts'

t.test('intoFolder() makes the folder, and those above it, once all of it is there', async t => {
  const root = t.testdir({})
  const out = join(root, 'a', 'b')
  const result = await intoFolder(out, async folder => {
    t.equal(dirname(folder), join(root, 'a'), 'the same file system')
    await writeFile(join(folder, 'x'), '1')
    await t.rejects(stat(out), { code: 'ENOENT' }, 'nothing is there before the end')
    return 42
  })
  t.equal(result, 42)
  t.equal(await readFile(join(out, 'x'), 'utf8'), '1')
  t.same(await readdir(join(root, 'a')), ['b'])
})

t.test('intoFolder() leaves nothing behind when the build fails', async t => {
  const root = t.testdir({})
  const failure = new Error('no')
  const build = async (folder: string): Promise<never> => {
    await writeFile(join(folder, 'x'), '1')
    throw failure
  }
  await t.rejects(intoFolder(join(root, 'out'), build), failure)
  t.same(await readdir(root), [])
})

t.test('intoFolder() fills an empty folder, and keeps it when the build fails', async t => {
  const root = t.testdir({ out: {} })
  const out = join(root, 'out')
  await t.rejects(intoFolder(out, () => Promise.reject(new Error('no'))))
  t.same(await readdir(root), ['out'])
  await intoFolder(out, folder => writeFile(join(folder, 'x'), '1'))
  t.same(await readdir(out), ['x'])
})

t.test('intoFolder() refuses whatever exists at its place before it builds', async t => {
  const root = t.testdir({ full: { x: '1' }, file: '2' })
  for (const name of ['full', 'file']) {
    const out = join(root, name)
    const build = async (): Promise<unknown> => t.fail('it was built')
    await t.rejects(intoFolder(out, build), { code: 'OUT_EXISTS', message: out })
    await t.rejects(checkFree(out), { code: 'OUT_EXISTS', details: { out } })
  }
  t.equal(await readFile(join(root, 'full', 'x'), 'utf8'), '1')
  t.equal(await readFile(join(root, 'file'), 'utf8'), '2')
  t.same((await readdir(root)).sort(), ['file', 'full'])
})

t.test('a link that leads nowhere is in the way before anything is built', async t => {
  const root = t.testdir({ link: t.fixture('symlink', 'nowhere') })
  const out = join(root, 'link')
  const build = async (): Promise<unknown> => t.fail('it was built')
  await t.rejects(intoFolder(out, build), { code: 'OUT_EXISTS', message: out })
  t.same(await readdir(root), ['link'])
})

t.test('intoFolder() never replaces what came while it built', async t => {
  const root = t.testdir({})
  const out = join(root, 'out')
  const built = intoFolder(out, async () => {
    await intoFolder(out, folder => writeFile(join(folder, 'first'), ''))
  })
  await t.rejects(built, { code: 'OUT_EXISTS' })
  t.same(await readdir(root), ['out'])
  t.same(await readdir(out), ['first'])
})

t.test('intoFolder() says in a sentence that a place cannot be written', async t => {
  const root = t.testdir({ file: '' })
  // The temporary name is longer than the folder's own.
  const long = join(root, 'x'.repeat(250))
  for (const out of [join(root, 'file', 'sub', 'out'), '/proc/x', '/proc/x/out', long]) {
    const build = async (): Promise<unknown> => t.fail('it was built')
    await t.rejects(intoFolder(out, build), { code: 'OUT_FAILED', message: out })
  }
})

t.test('temporaryPath() gives another path each time', async t => {
  const paths = new Set(Array.from({ length: 100 }, () => temporaryPath('/tmp/x', '.delta')))
  t.equal(paths.size, 100)
  for (const path of paths) t.match(path, /^\/tmp\/x\/[0-9a-f]{16}\.delta$/)
})
