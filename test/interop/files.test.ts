import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  compareNames,
  fileSink,
  layOutShards,
  memoryCheckpoint,
  planFile,
  planShards,
  writeCheckpoint,
  writeSafetensors
} from '@soup/tensor'
import { seededBytes } from '@soup/testing'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { addConfiguration } from './soup-node.ts'

/** Bytes of 16 elements in each dtype that the safetensors library reads. */
const SIZES = {
  ...{ BOOL: 16, U8: 16, I8: 16, F8_E5M2: 16, F8_E4M3: 16, F8_E8M0: 16 },
  ...{ I16: 32, U16: 32, F16: 32, BF16: 32, I32: 64, U32: 64, F32: 64 },
  ...{ C64: 128, F64: 128, I64: 128, U64: 128, F4: 8, F6_E2M3: 12, F6_E3M2: 12 }
}

/** 128 KiB: some 4 shards of a bf16 model, 8 of an f32 one. */
const SHARD_BYTES = 2 ** 17

const SHARDS = new URL('openers/shards.ts', import.meta.url).href

const python = startPython()
t.teardown(() => python.close())

t.test('the safetensors library reads every dtype as we wrote it', async t => {
  const path = join(t.testdir(), 'all.safetensors')
  const tensors = Object.entries(SIZES).map(([dtype, size]) => ({
    ...{ name: `of ${dtype} "ünï"`, dtype, shape: [2, 8] },
    data: dtype === 'BOOL' ? new Uint8Array(16).fill(1, 3, 9) : seededBytes(dtype, size)
  }))
  const odd = [
    { name: 'scalar', dtype: 'F32', shape: [], data: Float32Array.of(0.5) },
    { name: 'empty', dtype: 'I64', shape: [3, 0], data: new BigInt64Array(0) }
  ]
  const checkpoint = memoryCheckpoint({ tensors: [...tensors, ...odd] })
  await writeSafetensors(checkpoint, await fileSink(path))

  const expected = [...tensors, ...odd].map(({ name, dtype, shape, data }) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return [name, dtype, shape, createHash('sha256').update(bytes).digest('hex')] as const
  })
  const read = await python.call<[string, string, number[], string][]>('raw_tensors', { path })
  const byName = (a: readonly unknown[], b: readonly unknown[]): number =>
    compareNames(String(a[0]), String(b[0]))
  t.same(read.sort(byName), expected.sort(byName))
})

for (const dtype of ['bfloat16', 'float32']) {
  t.test(`shards of transformers in ${dtype} come out as one file and as our shards`, async t => {
    const folder = t.testdir()
    const [, model] = await python.call<string[]>('write_models', {
      ...{ folder, dtype, tied: false, experts: 1, max_shard_size: '200KB' }
    })
    const [single, sharded] = [join(folder, 'single'), join(folder, 'sharded')]
    await Promise.all([mkdir(single), mkdir(sharded)])
    const opener = { module: SHARDS, input: { folder: model } }
    await writeCheckpoint(opener, single, checkpoint => [planFile(checkpoint)])
    await writeCheckpoint(opener, sharded, checkpoint =>
      planShards(checkpoint, layOutShards(checkpoint, SHARD_BYTES))
    )

    const expected = await python.call<string>('logits', { path: model })
    for (const out of [single, sharded]) {
      t.same(await python.call('differing_tensors', { one: out, other: model }), [])
      await addConfiguration(out, model!)
      t.equal(await python.call('logits', { path: out }), expected)
    }
  })
}
