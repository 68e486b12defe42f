import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { compareNames, fileSink, memoryCheckpoint, writeSafetensors } from '@soup/tensor'
import { seededBytes } from '@soup/testing'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { startSoupNode } from './soup-node.ts'

/** Bytes of 16 elements in each dtype that the safetensors library reads. */
const SIZES = {
  ...{ BOOL: 16, U8: 16, I8: 16, F8_E5M2: 16, F8_E4M3: 16, F8_E8M0: 16 },
  ...{ I16: 32, U16: 32, F16: 32, BF16: 32, I32: 64, U32: 64, F32: 64 },
  ...{ C64: 128, F64: 128, I64: 128, U64: 128, F4: 8, F6_E2M3: 12, F6_E3M2: 12 }
}

/** Dtypes of at most 16 bits by torch's names: all their numbers fit in one small tensor. */
const NARROW = {
  ...{ F16: 'float16', BF16: 'bfloat16', F8_E4M3: 'float8_e4m3fn', F8_E5M2: 'float8_e5m2' },
  ...{ F8_E4M3FNUZ: 'float8_e4m3fnuz', F8_E5M2FNUZ: 'float8_e5m2fnuz' }
}

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

for (const [ours, dtype] of Object.entries(NARROW)) {
  t.test(`every number in ${ours} is to us what it is to torch`, async t => {
    const folder = t.testdir()
    const [base, expert, expected] = await python.call<string[]>('write_codes', { folder, dtype })
    t.same(
      await python.call('unequal', {
        one: await convert(folder, base!, expert!, 'F32'),
        other: expected
      }),
      []
    )
  })

  t.test(`f32 becomes ${ours} as torch rounds it`, async t => {
    const folder = t.testdir()
    const [base, expert, expected] = await python.call<string[]>('write_numbers', { folder, dtype })
    t.same(
      await python.call('unequal', {
        one: await convert(folder, base!, expert!, ours),
        other: expected
      }),
      []
    )
  })
}

/** An expert alone in another dtype. @returns the folder */
async function convert(
  folder: string,
  base: string,
  expert: string,
  dtype: string
): Promise<string> {
  const node = await startSoupNode(folder)
  const { id } = await node.publish(expert, await node.addBase(base))
  const out = join(folder, 'out')
  await node.run('soup', `${id}=1`, '--out', out, '--dtype', dtype)
  return out
}
