import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Flusher } from '../../src/write/flush.ts'

const MIB = 2 ** 20

t.test('what was written is brought to the disk, now and then and at the end', async t => {
  const path = join(t.testdir(), 'file')
  const file = { path, descriptor: openSync(path, 'w') }
  const flusher = new Flusher()
  for (let i = 0; i < 100; i++) {
    writeSync(file.descriptor, new Uint8Array(MIB))
    flusher.wrote(file, MIB)
  }
  await flusher.finish([file])
  await flusher.settle()
  closeSync(file.descriptor)
})

t.test('what the disk refuses meanwhile is told by the next call, and by the last', async t => {
  // What is no file can't be brought to the disk: the system refuses to.
  const file = { path: '/dev/null', descriptor: openSync('/dev/null', 'w') }
  const flusher = new Flusher()
  flusher.wrote(file, 40 * MIB)
  await flusher.settle()
  t.throws(() => flusher.wrote(file, 1), { code: 'FILE_FAILED', message: /^\/dev\/null: EINVAL/ })
  await t.rejects(flusher.finish([file]), { code: 'FILE_FAILED' })
  await t.rejects(new Flusher().finish([file]), { code: 'FILE_FAILED' })
  closeSync(file.descriptor)
})
