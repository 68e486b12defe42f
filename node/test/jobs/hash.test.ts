import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from '@soup/interface'
import { PIECE_BYTES } from '@soup/tensor'
import t from 'tap'
import { hashJob } from '../../src/jobs/hash.ts'

t.test('hash is the SHA-256 of a file, whatever its size', async t => {
  const path = join(t.testdir({}), 'file')
  for (const size of [0, 1, PIECE_BYTES, PIECE_BYTES + 1]) {
    const bytes = Buffer.alloc(size, 7)
    await writeFile(path, bytes)
    t.equal(await hashJob({ path }, {}), createHash('sha256').update(bytes).digest('hex'))
  }
})

t.test('hash tells how far it is', async t => {
  const path = join(t.testdir({ file: 'four' }), 'file')
  const seen: Progress[] = []
  await hashJob({ path }, { onProgress: progress => seen.push(progress) })
  t.match(seen, [{ done: 4, total: 4, unit: 'bytes' }])
})

t.test('hash refuses what is no file, and ends when it is told to', async t => {
  const path = join(t.testdir({ file: 'four' }), 'file')
  await t.rejects(hashJob({ path: `${path}-none` }, {}), { code: 'FILE_NOT_FOUND' })
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(hashJob({ path }, { signal }), { message: 'enough' })
})
