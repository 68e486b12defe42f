import { readFileSync } from 'node:fs'
import type { Progress } from '@soup/interface'
import fc from 'fast-check'
import t from 'tap'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { describeTensors } from '../../src/describe.ts'
import { PIECE_BYTES } from '../../src/limits.ts'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { safetensorsBytes } from '../../src/safetensors/header.ts'
import { openSafetensors } from '../../src/safetensors/reader.ts'
import { writeSafetensors } from '../../src/safetensors/writer.ts'
import { memorySink, sha256, source } from '../fixtures.ts'

const TENSORS = [
  { name: 'z', dtype: 'BOOL', shape: [], data: Uint8Array.of(1) },
  { name: 'c', dtype: 'BF16', shape: [1], data: Uint16Array.of(0x3f80) },
  { name: 'A', dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
  { name: 'a', dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) },
  { name: 'b', dtype: 'I64', shape: [1], data: BigInt64Array.of(-2n) }
]

t.test('the same tensors give the same bytes, whatever their order', async t => {
  const vector = readFileSync(new URL('../vectors/canonical-order.safetensors', import.meta.url))
  for (const tensors of [TENSORS, TENSORS.toReversed()]) {
    const sink = memorySink()
    const checkpoint = memoryCheckpoint({ tensors, metadata: [['note', 'x']] })
    const written = await writeSafetensors(checkpoint, sink)
    t.ok(sink.bytes().equals(vector))
    t.equal(sink.end, 'committed')
    t.strictSame(written, { sha256: sha256(vector), sizeBytes: vector.length, tensorCount: 5 })
    t.equal(safetensorsBytes(checkpoint), vector.length)
  }
})

t.test('__metadata__.format stays what the checkpoint says', async t => {
  const sink = memorySink()
  await writeSafetensors(memoryCheckpoint({ tensors: [], metadata: [['format', 'mlx']] }), sink)
  t.equal((await openSafetensors(source(sink.bytes()))).metadata.get('format'), 'mlx')
})

t.test('whatever is written is read back, in an aligned place', async t => {
  const dtypes = ['F64', 'BF16', 'F32', 'U8', 'F4', 'NEW', 'I16'] as const
  const sizes = { F64: 8, BF16: 2, F32: 4, U8: 1, F4: 1, NEW: 3, I16: 2 }
  const tensor = fc.record({
    name: fc
      .string({ unit: 'grapheme' })
      .filter(name => !/\p{Cc}/u.test(name) && name !== '__metadata__'),
    dtype: fc.constantFrom(...dtypes),
    count: fc.nat(5)
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(tensor, { selector: ({ name }) => name }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
      async (list, metadata) => {
        const checkpoint = memoryCheckpoint({
          metadata: Object.entries(metadata),
          tensors: list.map(({ name, dtype, count }, i) => ({
            name,
            dtype,
            shape: [dtype === 'F4' ? 2 * count : count],
            data: new Uint8Array(count * sizes[dtype]).fill(i)
          }))
        })
        const sink = memorySink()
        await writeSafetensors(checkpoint, sink)
        const bytes = sink.bytes()
        t.equal(bytes.readBigUInt64LE() % 8n, 0n, 'the data begin at a multiple of 8')
        const read = await openSafetensors(source(bytes))
        t.strictSame(await describeTensors(read), await describeTensors(checkpoint))
        for (const [key, value] of Object.entries(metadata)) t.equal(read.metadata.get(key), value)
      }
    ),
    { numRuns: 60 }
  )
})

t.test('what a reader would refuse is not written', async t => {
  const data = Uint8Array.of(1)
  for (const name of ['__metadata__', '\ud800', 'a\nb', 'x'.repeat(5000)]) {
    const sink = memorySink()
    const checkpoint = memoryCheckpoint({ tensors: [{ name, dtype: 'U8', shape: [1], data }] })
    await t.rejects(writeSafetensors(checkpoint, sink), { code: 'SAFETENSORS_INVALID' }, name)
    t.equal(sink.end, 'discarded')
    t.equal(sink.bytes().length, 0)
  }
})

t.test('progress starts with the header and ends with the size; an abort discards', async t => {
  const data = new Uint8Array(2 * PIECE_BYTES)
  const checkpoint = memoryCheckpoint({
    tensors: [{ name: 'x', dtype: 'U8', shape: [data.length], data }]
  })
  const steps: Progress[] = []
  const { sizeBytes } = await writeSafetensors(checkpoint, memorySink(), {
    onProgress: step => steps.push(step)
  })
  t.equal(steps.length, 3)
  t.match(steps.at(-1), { done: sizeBytes, total: sizeBytes, unit: 'bytes' })
  const stop = new AbortController()
  const sink = memorySink()
  const reason = new Error('stop')
  await t.rejects(
    writeSafetensors(checkpoint, sink, {
      signal: stop.signal,
      onProgress: () => stop.abort(reason)
    }),
    reason
  )
  t.equal(sink.end, 'discarded')
})

t.test('a failing clean-up is told with the failure that led to it', async t => {
  const sink = {
    ...memorySink(),
    write: () => Promise.reject(new Error('no')),
    discard: () => Promise.reject(new Error('nor that'))
  }
  await t.rejects(writeSafetensors(memoryCheckpoint({ tensors: [] }), sink), {
    errors: [{ message: 'no' }, { message: 'nor that' }]
  })
})

t.test('256 MB pass through in little memory', async t => {
  const sizeBytes = 256 * 2 ** 20
  const checkpoint: Checkpoint = {
    name: 'virtual',
    metadata: new Map(),
    tensors: new Map([['x', { name: 'x', dtype: 'U8', shape: [sizeBytes], sizeBytes }]]),
    isSequential: false,
    open: () => ({ read: async () => {} }),
    close: async () => {}
  }
  let peak = 0
  const before = process.memoryUsage().rss
  const sink = {
    ...memorySink(),
    async write() {
      peak = Math.max(peak, process.memoryUsage().rss - before)
    }
  }
  await writeSafetensors(checkpoint, sink)
  t.ok(peak < 128 * 2 ** 20, `${peak} bytes more at most`)
})
