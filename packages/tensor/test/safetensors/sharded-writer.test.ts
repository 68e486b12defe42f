import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Progress } from '@soup/interface'
import fc from 'fast-check'
import t from 'tap'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { describeTensors } from '../../src/describe.ts'
import { fileSink } from '../../src/file-sink.ts'
import { fileSource } from '../../src/file-source.ts'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { openSafetensors } from '../../src/safetensors/reader.ts'
import { openSharded } from '../../src/safetensors/sharded-reader.ts'
import { writeSharded } from '../../src/safetensors/sharded-writer.ts'
import { memorySink, sha256, source } from '../fixtures.ts'

const INDEX = 'model.safetensors.index.json'
const ONE = 'model.safetensors'

/** A folder in memory: what was created in it, in this order, and in which order it was committed. */
function folder() {
  const files = new Map<string, ReturnType<typeof memorySink>>()
  const promised = new Map<string, number>()
  const committed: string[] = []
  return {
    files,
    promised,
    committed,
    bytes: (name: string) => files.get(name)!.bytes(),
    ends: () => new Set([...files.values()].map(sink => sink.end)),
    sinkForName: async (name: string, sizeBytes: number) => {
      const inner = memorySink()
      const sink: ReturnType<typeof memorySink> = {
        ...inner,
        async commit() {
          await inner.commit.call(this)
          committed.push(name)
        }
      }
      files.set(name, sink)
      promised.set(name, sizeBytes)
      return sink
    }
  }
}

const openFolder = (to: ReturnType<typeof folder>) =>
  to.files.has(INDEX)
    ? openSharded(source(to.bytes(INDEX)), async name => source(to.bytes(name)))
    : openSafetensors(source(to.bytes(ONE)))

/** Tensors of these sizes, filled with their place. */
const sized = (...sizes: number[]) =>
  memoryCheckpoint({
    metadata: [['note', 'x']],
    tensors: sizes.map((size, i) => ({
      name: `t${i}`,
      dtype: 'U8',
      shape: [size],
      data: new Uint8Array(size).fill(i)
    }))
  })

t.test('whatever is written in shards of any size is read back', async t => {
  const tensor = fc.record({
    name: fc
      .string({ unit: 'grapheme' })
      .filter(name => !/\p{Cc}/u.test(name) && name !== '__metadata__'),
    dtype: fc.constantFrom('F64', 'BF16', 'U8'),
    count: fc.nat(5)
  })
  const sizes: Record<string, number> = { F64: 8, BF16: 2, U8: 1 }
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(tensor, { selector: ({ name }) => name }),
      fc.integer({ min: 1, max: 100 }),
      fc.string({ unit: 'grapheme' }),
      async (list, shardSize, note) => {
        const checkpoint = memoryCheckpoint({
          metadata: [['note', note]],
          tensors: list.map(({ name, dtype, count }, i) => ({
            name,
            dtype,
            shape: [count],
            data: new Uint8Array(count * sizes[dtype]!).fill(i)
          }))
        })
        const to = folder()
        const written = await writeSharded(checkpoint, to.sinkForName, { shardSize })
        const read = await openFolder(to)
        t.strictSame(await describeTensors(read), await describeTensors(checkpoint))
        t.equal(read.metadata.get('note'), note)
        t.equal(written.tensorCount, list.length)
      }
    ),
    { numRuns: 60 }
  )
})

t.test(
  'files, hashes and totals are told; sinks know their sizes; the index comes last',
  async t => {
    const to = folder()
    const written = await writeSharded(sized(4, 3, 9, 1), to.sinkForName, { shardSize: 7 })
    const names = [1, 2, 3].map(i => `model-0000${i}-of-00003.safetensors`)
    t.strictSame(to.committed, [...names, INDEX])
    for (const [name, sizeBytes] of to.promised) t.equal(to.bytes(name).length, sizeBytes)
    const facts = (name: string) => ({
      fileName: name,
      sha256: sha256(to.bytes(name)),
      sizeBytes: to.bytes(name).length
    })
    t.strictSame(written.index, facts(INDEX))
    t.strictSame(
      written.shards,
      names.map((name, i) => ({ ...facts(name), tensorCount: [2, 1, 1][i]! }))
    )
    const total = [...to.files.values()].reduce((sum, sink) => sum + sink.bytes().length, 0)
    t.equal(written.sizeBytes, total)
    t.equal(written.tensorCount, 4)
    t.strictSame(JSON.parse(to.bytes(INDEX).toString()), {
      metadata: { total_size: 17 },
      weight_map: { t0: names[0], t1: names[0], t2: names[1], t3: names[2] }
    })
    const again = folder()
    await writeSharded(sized(4, 3, 9, 1), again.sinkForName, { shardSize: 7 })
    for (const name of to.files.keys()) t.ok(again.bytes(name).equals(to.bytes(name)), name)
  }
)

t.test('a single shard is model.safetensors and has no index', async t => {
  for (const checkpoint of [sized(4, 3), sized()]) {
    const to = folder()
    const written = await writeSharded(checkpoint, to.sinkForName, { shardSize: 7 })
    t.strictSame(to.committed, [ONE])
    t.equal(written.index, undefined)
    t.equal(written.sizeBytes, to.bytes(ONE).length)
  }
})

t.test('progress runs over all files and ends with their size', async t => {
  const steps: Progress[] = []
  const { sizeBytes } = await writeSharded(sized(4, 3, 9), folder().sinkForName, {
    shardSize: 7,
    onProgress: step => steps.push(step)
  })
  const done = steps.map(step => step.done)
  t.strictSame(
    done,
    [...done].sort((a, b) => a - b)
  )
  t.ok(steps.every(step => step.total === sizeBytes && step.unit === 'bytes'))
  t.match(steps[0], { note: 'model-00001-of-00002.safetensors' })
  t.match(steps.at(-1), { done: sizeBytes, note: INDEX })
})

t.test('a tensor that fails half-way discards every file', async t => {
  const to = folder()
  const good = sized(4, 3, 9)
  const failing: Checkpoint = {
    ...good,
    async *read(name, options) {
      if (name === 't2') yield new Uint8Array(3)
      else yield* good.read(name, options)
    }
  }
  await t.rejects(writeSharded(failing, to.sinkForName, { shardSize: 4 }), {
    code: 'TENSOR_INCOMPLETE',
    message: /"t2"/
  })
  t.equal(to.files.size, 4)
  t.strictSame(to.ends(), new Set(['discarded']))
})

t.test('an abort at any step discards every file', async t => {
  const reason = new Error('stop')
  for (const last of [1, 2, 4, 7]) {
    const to = folder()
    const stop = new AbortController()
    let steps = 0
    const onProgress = () => {
      if (++steps === last) stop.abort(reason)
    }
    const options = { shardSize: 4, signal: stop.signal, onProgress }
    await t.rejects(writeSharded(sized(4, 3, 9), to.sinkForName, options), reason)
    t.strictSame(to.ends(), new Set(['discarded']))
  }
  const to = folder()
  const options = { shardSize: 4, signal: AbortSignal.abort(reason) }
  await t.rejects(writeSharded(sized(4), to.sinkForName, options), reason)
  t.equal(to.files.size, 0)
})

t.test('a file that cannot be created discards those before it; nothing is read', async t => {
  const to = folder()
  const unread: Checkpoint = {
    ...sized(4, 3, 9),
    read: () => {
      throw new Error('read')
    }
  }
  const sinkForName = async (name: string, sizeBytes: number) => {
    if (name === INDEX) throw new Error('it exists')
    return await to.sinkForName(name, sizeBytes)
  }
  await t.rejects(writeSharded(unread, sinkForName, { shardSize: 4 }), { message: 'it exists' })
  t.equal(to.files.size, 3)
  t.strictSame(to.ends(), new Set(['discarded']))
})

t.test('a failing commit leaves no index; failing clean-ups are told with it', async t => {
  const to = folder()
  let discards = 0
  const sinkForName = async (name: string, sizeBytes: number) => ({
    ...(await to.sinkForName(name, sizeBytes)),
    commit: () => Promise.reject(new Error('no')),
    discard: () => {
      discards++
      return Promise.reject(new Error(`nor ${name}`))
    }
  })
  await t.rejects(writeSharded(sized(4, 3), sinkForName, { shardSize: 4 }), {
    errors: [
      { message: 'no' },
      { message: /^nor .*1-of/ },
      { message: /2-of/ },
      { message: /json/ }
    ]
  })
  t.equal(discards, 3)
  t.strictSame(to.committed, [])
})

t.test('a folder on disk is read back, and never written twice', async t => {
  const dir = t.testdir({})
  const write = () =>
    writeSharded(sized(4, 3, 9), (name, sizeBytes) => fileSink(join(dir, name), { sizeBytes }), {
      shardSize: 7
    })
  await write()
  const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', INDEX]
  t.strictSame(readdirSync(dir).sort(), files)
  const read = await openSharded(await fileSource(join(dir, INDEX)), name =>
    fileSource(join(dir, name))
  )
  t.strictSame(await describeTensors(read), await describeTensors(sized(4, 3, 9)))
  await read.close()
  await read.close()
  rmSync(join(dir, files[0]!))
  await t.rejects(write(), { code: 'FILE_EXISTS' })
  t.strictSame(readdirSync(dir).sort(), files.slice(1), 'nothing half-written is left')
})

t.test('what a reader would refuse creates no file', async t => {
  const data = Uint8Array.of(1)
  const tensors = ['ok', 'a\nb'].map(name => ({ name, dtype: 'U8', shape: [1], data }))
  const to = folder()
  await t.rejects(writeSharded(memoryCheckpoint({ tensors }), to.sinkForName, { shardSize: 1 }), {
    code: 'SAFETENSORS_INVALID'
  })
  await t.rejects(writeSharded(sized(1), to.sinkForName, { shardSize: 0 }), RangeError)
  t.equal(to.files.size, 0)
})
