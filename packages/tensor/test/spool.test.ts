import { readdirSync } from 'node:fs'
import t, { type Test } from 'tap'
import { fileSpool, memorySpool, type Spool } from '../src/spool.ts'

async function behaves(t: Test, spool: Spool): Promise<void> {
  t.equal(spool.sizeBytes, 0)
  const large = new Uint8Array(100_000).fill(7)
  await spool.append(Buffer.from('abc'))
  await spool.append(large)
  await spool.append(Buffer.from('xyz'))
  t.equal(spool.sizeBytes, 100_006)
  t.equal(Buffer.from(await spool.read(1, 2)).toString(), 'bc')
  t.equal(Buffer.from(await spool.read(100_002, 4)).toString(), '\x07xyz')
  await spool.append(Buffer.from('!'))
  t.equal(Buffer.from(await spool.read(100_005, 2)).toString(), 'z!')
  await t.rejects(spool.read(100_006, 2), RangeError)
  await t.rejects(spool.read(-1, 1), RangeError)
  await spool.close()
  await spool.close()
}

t.test('a spool in memory reads back what was appended', t => behaves(t, memorySpool()))

t.test('a spool on disk reads back what was appended', async t => {
  await behaves(t, await fileSpool(`${t.testdir({})}/spool`))
})

t.test('a spool on disk has no name, so that nothing is left of it', async t => {
  const dir = t.testdir({})
  const spool = await fileSpool(`${dir}/spool`)
  t.strictSame(readdirSync(dir), [])
  await spool.close()
})

t.test('a spool never replaces a file', async t => {
  const dir = t.testdir({ spool: 'old' })
  await t.rejects(fileSpool(`${dir}/spool`), { code: 'FILE_EXISTS' })
  await t.rejects(fileSpool(`${dir}/none/spool`), { code: 'FILE_NOT_FOUND' })
})
