import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { fileSink } from '../src/file-sink.ts'

t.test('a file has its name only when it is committed', async t => {
  const dir = t.testdir({})
  const sink = await fileSink(`${dir}/a`)
  await sink.write(Buffer.from('one '))
  await sink.write(Buffer.from('two'))
  t.notOk(readdirSync(dir).includes('a'))
  await sink.commit()
  t.strictSame(readdirSync(dir), ['a'])
  t.equal(readFileSync(`${dir}/a`, 'utf8'), 'one two')
  await sink.discard()
  t.strictSame(readdirSync(dir), ['a'], 'discarding after committing does nothing')
})

t.test('a discarded file leaves nothing, twice', async t => {
  const dir = t.testdir({})
  const sink = await fileSink(`${dir}/a`)
  await sink.write(Buffer.from('x'))
  await sink.discard()
  await sink.discard()
  t.strictSame(readdirSync(dir), [])
})

t.test('an existing file is never replaced', async t => {
  const dir = t.testdir({ a: 'old' })
  await t.rejects(fileSink(`${dir}/a`), { code: 'FILE_EXISTS' })
  const sink = await fileSink(`${dir}/b`)
  writeFileSync(`${dir}/b`, 'came later')
  await t.rejects(sink.commit(), { code: 'FILE_EXISTS' })
  await sink.discard()
  t.strictSame(readdirSync(dir), ['a', 'b'])
  t.equal(readFileSync(`${dir}/b`, 'utf8'), 'came later')
})

t.test('a disk without the room is refused before the first byte', async t => {
  const dir = t.testdir({})
  const sizeBytes = 2 ** 52
  await t.rejects(fileSink(`${dir}/a`, { sizeBytes }), {
    code: 'FILE_NO_SPACE',
    message: `${dir}/a: the disk is full, ${sizeBytes} bytes are needed`
  })
  t.strictSame(readdirSync(dir), [])
})

t.test('a missing folder and a failing rename are told by path', async t => {
  const dir = t.testdir({})
  await t.rejects(fileSink(`${dir}/none/a`), { code: 'FILE_NOT_FOUND' })
  const sink = await fileSink(`${dir}/a`)
  mkdirSync(`${dir}/a`)
  await t.rejects(sink.commit(), { code: 'FILE_EXISTS' })
  await sink.discard()
  t.strictSame(readdirSync(dir), ['a'])
})

t.test('an aborted write throws the reason', async t => {
  const sink = await fileSink(`${t.testdir({})}/a`)
  const reason = new Error('stop')
  await t.rejects(sink.write(Buffer.from('x'), { signal: AbortSignal.abort(reason) }), reason)
  await sink.discard()
})

t.test('of files that take one name at the same time exactly one gets it', async t => {
  const dir = t.testdir({})
  const texts = ['one', 'two', 'three', 'four']
  const sinks = await Promise.all(texts.map(() => fileSink(`${dir}/a`)))
  await Promise.all(sinks.map((sink, i) => sink.write(Buffer.from(texts[i] ?? ''))))
  const outcomes = await Promise.allSettled(sinks.map(sink => sink.commit()))
  const winners = texts.filter((_, i) => outcomes[i]?.status === 'fulfilled')
  t.strictSame(winners, [readFileSync(`${dir}/a`, 'utf8')])
  const losers = outcomes.filter(({ status }) => status === 'rejected')
  t.match(losers, Array(texts.length - 1).fill({ reason: { code: 'FILE_EXISTS' } }))
  await Promise.all(sinks.map(sink => sink.discard()))
  t.strictSame(readdirSync(dir), ['a'])
})

t.test('a link that leads nowhere has the name as well', async t => {
  const dir = t.testdir({ a: t.fixture('symlink', 'nowhere') })
  await t.rejects(fileSink(`${dir}/a`), { code: 'FILE_EXISTS' })
})
