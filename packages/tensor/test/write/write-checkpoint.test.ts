import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Progress } from '@soup/interface'
import t from 'tap'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { fileSource } from '../../src/file-source.ts'
import { readTensor } from '../../src/read-tensor.ts'
import { layOutShards } from '../../src/safetensors/shard-layout.ts'
import { openSharded } from '../../src/safetensors/sharded-reader.ts'
import { writeSafetensors } from '../../src/safetensors/writer.ts'
import { planFile, planShards } from '../../src/write/plan.ts'
import { writeCheckpoint } from '../../src/write/write-checkpoint.ts'
import { memorySink, sha256 } from '../fixtures.ts'
import { type Counting, openCheckpoint } from './counting.ts'

const module = new URL('./counting.ts', import.meta.url).href
const asFile = (checkpoint: Checkpoint) => [planFile(checkpoint)]

/** Enough for threads, in tensors around the sizes of blocks and runs. */
const LARGE: Counting = {
  sizes: { a: 40 * 2 ** 20 + 1, b: 3, c: 24 * 2 ** 20, d: 2 ** 18, e: 4 * 2 ** 20 - 1, f: 0 }
}

for (const threads of [1, 2, 5]) {
  for (const isSequential of [false, true]) {
    t.test(
      `${threads} threads write what one stream would, sequential: ${isSequential}`,
      async t => {
        const folder = t.testdir({})
        const input = { ...LARGE, isSequential }
        const others = new Int32Array(new SharedArrayBuffer(4))
        const shared = { module, input: threads > 1 ? { ...input, others } : input }
        const written = await writeCheckpoint(shared, folder, asFile, { threads })
        t.equal(others[0]! > 0, threads > 1, 'the others worked')
        const sink = memorySink()
        t.strictSame(written, await writeSafetensors(await openCheckpoint(input), sink))
        t.ok(readFileSync(join(folder, 'model.safetensors')).equals(sink.bytes()))
        t.equal(sha256(sink.bytes()), written.sha256)
      }
    )
  }
}

t.test('shards hold the same tensors and give the hash of the single file', async t => {
  const folder = t.testdir({})
  const input: Counting = { sizes: { b: 5, a: 3, c: 4 } }
  const plan = (checkpoint: Checkpoint) => planShards(checkpoint, layOutShards(checkpoint, 8))
  const { sha256: hash } = await writeCheckpoint({ module, input }, folder, plan)
  const single = await writeSafetensors(await openCheckpoint(input), memorySink())
  t.equal(hash, single.sha256)
  const checkpoint = await openSharded(
    await fileSource(join(folder, 'model.safetensors.index.json')),
    name => fileSource(join(folder, name))
  )
  t.teardown(() => checkpoint.close())
  const original = await openCheckpoint(input)
  for (const name of original.tensors.keys()) {
    t.strictSame(await readTensor(checkpoint, name), await readTensor(original, name))
  }
})

t.test('whatever fails, in this thread or another, no file stays', async t => {
  for (const threads of [1, 2]) {
    const folder = t.testdir({})
    const input: Counting = { ...LARGE, bad: 'e' }
    const writing = writeCheckpoint({ module, input }, folder, asFile, { threads })
    await t.rejects(writing, { code: 'TENSOR_UNREADABLE', message: "e can't be read" })
    t.strictSame(readdirSync(folder), [])
  }
})

t.test('a file that can be made but not be written to goes again', async t => {
  const folder = t.testdir({})
  const input: Counting = { sizes: { a: 3 } }
  const far = { position: 2 ** 53 - 2, bytes: Uint8Array.of(1) }
  const plan = (checkpoint: Checkpoint) => [{ ...planFile(checkpoint), fixed: [far] }]
  await t.rejects(writeCheckpoint({ module, input }, folder, plan), { code: 'FILE_NO_SPACE' })
  t.strictSame(readdirSync(folder), [])
})

t.test('a file that is there already is neither replaced nor removed', async t => {
  const folder = t.testdir({})
  writeFileSync(join(folder, 'model.safetensors'), 'mine')
  const input: Counting = { sizes: { a: 3 } }
  await t.rejects(writeCheckpoint({ module, input }, folder, asFile), { code: 'FILE_EXISTS' })
  t.equal(readFileSync(join(folder, 'model.safetensors'), 'utf8'), 'mine')
})

t.test('a disk without the room, and a missing folder, are refused before reading', async t => {
  const folder = t.testdir({})
  const input: Counting = { sizes: { a: 3 }, bad: 'a' }
  const huge = (checkpoint: Checkpoint) => [{ ...planFile(checkpoint), sizeBytes: 2 ** 52 }]
  await t.rejects(writeCheckpoint({ module, input }, folder, huge), { code: 'FILE_NO_SPACE' })
  const none = join(folder, 'none')
  await t.rejects(writeCheckpoint({ module, input }, none, asFile), { code: 'FILE_NOT_FOUND' })
  t.strictSame(readdirSync(folder), [])
})

t.test('progress runs from nothing to all; an abort leaves no file', async t => {
  for (const threads of [1, 2]) {
    const folder = t.testdir({})
    const steps: Progress[] = []
    await writeCheckpoint({ module, input: LARGE }, folder, asFile, {
      threads,
      onProgress: step => steps.push(step)
    })
    const total = Object.values(LARGE.sizes).reduce((a, b) => a + b)
    t.match(steps.at(0), { done: 0, total, unit: 'bytes' })
    t.match(steps.at(-1), { done: total, total })
    t.ok(steps.every(({ done }, i) => i === 0 || done >= steps[i - 1]!.done))
    const stop = new AbortController()
    const reason = new Error('enough')
    const other = t.testdir({})
    const writing = writeCheckpoint({ module, input: LARGE }, other, asFile, {
      threads,
      signal: stop.signal,
      onProgress: ({ done }) => done > 0 && stop.abort(reason)
    })
    await t.rejects(writing, reason)
    t.strictSame(readdirSync(other), [])
  }
})
