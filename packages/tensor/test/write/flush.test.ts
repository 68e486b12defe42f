import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Flusher } from '../../src/write/flush.ts'

const MIB = 2 ** 20

/** What is no file can't be brought to the disk: the system refuses, and so tells that it was asked. */
function refused(t: { teardown(close: () => void): void }) {
  const file = { path: '/dev/null', descriptor: openSync('/dev/null', 'w') }
  t.teardown(() => closeSync(file.descriptor))
  return file
}

t.test('files come to the disk at the end, all of them', async t => {
  const path = join(t.testdir(), 'file')
  const file = { path, descriptor: openSync(path, 'w') }
  t.teardown(() => closeSync(file.descriptor))
  writeSync(file.descriptor, new Uint8Array(MIB))
  const flusher = new Flusher()
  flusher.wrote(file, MIB)
  await flusher.finish([file])
  await t.rejects(flusher.finish([file, refused(t)]), { code: 'FILE_FAILED' })
})

t.test(
  'every 32 MiB the disk is asked to go on, and what it refuses is told from then on',
  async t => {
    const file = refused(t)
    const flusher = new Flusher()
    for (let i = 1; i < 32; i++) flusher.wrote(file, MIB)
    await flusher.settle()
    flusher.wrote(file, MIB)
    await flusher.settle()
    t.throws(() => flusher.wrote(file, 1), { code: 'FILE_FAILED', message: /^\/dev\/null: EINVAL/ })
    await t.rejects(flusher.finish([file]), { code: 'FILE_FAILED' })
  }
)
