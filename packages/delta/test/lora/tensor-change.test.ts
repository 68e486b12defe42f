import { type MemoryTensor, memoryCheckpoint, PIECE_BYTES } from '@soup/tensor'
import t from 'tap'
import { type TensorChange, tensorChange } from '../../src/lora/tensor-change.ts'
import { tensor } from './adapters.ts'

async function change(base: MemoryTensor, expert: MemoryTensor): Promise<TensorChange> {
  const [from, to] = [base, expert].map(one => memoryCheckpoint({ tensors: [one] }))
  return await tensorChange(from!, to!, 'x')
}

const floats = (...values: number[]) => tensor('x', [values.length], Float32Array.from(values))

t.test('floats change by a norm, or not at all', async t => {
  t.strictSame(await change(floats(1, 2, 3), floats(1, 5, 7)), { isChanged: true, squaredNorm: 25 })
  t.strictSame(await change(floats(1, 0), floats(1, -0)), { isChanged: false, squaredNorm: 0 })
})

t.test('the same infinities and NaN are no change, others one without a norm', async t => {
  const masked = [floats(-Infinity, Number.NaN, 1), floats(-Infinity, Number.NaN, 3)] as const
  t.strictSame(await change(...masked), { isChanged: true, squaredNorm: 4 })
  for (const value of [Infinity, Number.NaN]) {
    const got = await change(floats(1), floats(value))
    t.strictSame(got, { isChanged: true, squaredNorm: undefined })
  }
})

t.test('other dtypes change or do not, wherever they differ', async t => {
  const bytes = (last: number): MemoryTensor => {
    const data = new Uint8Array(PIECE_BYTES + 1)
    data[PIECE_BYTES] = last
    return { name: 'x', dtype: 'U8', shape: [data.length], data }
  }
  t.strictSame(await change(bytes(1), bytes(1)), { isChanged: false, squaredNorm: undefined })
  t.strictSame(await change(bytes(1), bytes(2)), { isChanged: true, squaredNorm: undefined })
})
