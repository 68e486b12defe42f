import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { BLOCK_BYTES, MAX_BLOCKS, returnBlocks, takeBlocks } from '../../src/kernels/memory.ts'
import { writeFully, writeRun } from '../../src/write/run-writer.ts'
import { openCheckpoint } from './counting.ts'

t.test('writeRun() writes parts of tensors where they belong', async t => {
  const path = join(t.testdir({}), 'out')
  const file = { path, descriptor: openSync(path, 'w') }
  const size = 2 * BLOCK_BYTES + 7
  const checkpoint = await openCheckpoint({ sizes: { a: size, b: 3 } })
  let steps = 0
  const run = [
    { tensor: 'b', offset: 0, sizeBytes: 3, file: 0, position: 1 },
    { tensor: 'a', offset: 5, sizeBytes: size - 5, file: 0, position: 10 }
  ]
  await writeRun(
    checkpoint,
    run,
    () => file,
    () => void steps++
  )
  closeSync(file.descriptor)
  const bytes = readFileSync(path)
  t.strictSame([...bytes.subarray(1, 4)], [0 ^ 3, 1 ^ 3, 2 ^ 3])
  for (const at of [0, 1, BLOCK_BYTES, size - 6]) {
    t.equal(bytes[10 + at], (((5 + at) % 251) ^ size) & 255, `byte ${at}`)
  }
  t.equal(bytes.length, 10 + size - 5)
  t.equal(steps, 4, 'once before every block')
})

t.test('a check that throws ends the run, and its block is given back', async t => {
  const checkpoint = await openCheckpoint({ sizes: { a: 4 } })
  const run = [{ tensor: 'a', offset: 0, sizeBytes: 4, file: 0, position: 0 }]
  const none = () => t.fail('no file is asked for') as never
  const stop = () => {
    throw new Error('stop')
  }
  await t.rejects(writeRun(checkpoint, run, none, stop), { message: 'stop' })
  returnBlocks(takeBlocks(MAX_BLOCKS))
})

t.test('a write that fails is told by path', async t => {
  const path = join(t.testdir({ out: '' }), 'out')
  const descriptor = openSync(path, 'r')
  t.teardown(() => closeSync(descriptor))
  t.throws(() => writeFully({ path, descriptor }, Uint8Array.of(1), 0), {
    code: 'FILE_FAILED',
    message: new RegExp(path)
  })
})
