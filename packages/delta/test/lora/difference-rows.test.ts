import { type MemoryTensor, memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { differenceRows, squaredNorm } from '../../src/lora/difference-rows.ts'
import { noise, tensor } from './adapters.ts'

async function rows(base: MemoryTensor, expert: MemoryTensor, columns: number) {
  const [from, to] = [base, expert].map(one => memoryCheckpoint({ tensors: [one] }))
  return await Array.fromAsync(differenceRows(from!, to!, 'x', columns))
}

t.test('differences of float tensors come in whole rows', async t => {
  const [a, b] = [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(3, 2, 1, 0, 5, 8)]
  const [block, ...others] = await rows(
    tensor('x', [2, 3], a, 'BF16'),
    tensor('x', [2, 3], b, 'BF16'),
    3
  )
  t.strictSame([...block!.values], [2, 0, -2, -4, 0, 2])
  t.strictSame([block!.rows, block!.columns, others.length], [2, 3, 0])
  t.equal(squaredNorm(block!), 28)
})

t.test('long tensors come in blocks of 2^18 elements, or of one longer row', async t => {
  const count = 2 ** 18 + 5
  const [a, b] = [new Float32Array(count), noise(1, count)]
  const narrow = await rows(tensor('x', [count], a), tensor('x', [count], b), 3)
  t.strictSame(
    narrow.map(block => block.rows),
    [87_381, 2]
  )
  t.strictSame(Float32Array.from(narrow.flatMap(block => [...block.values])), b)
  const wide = await rows(tensor('x', [1, count], a), tensor('x', [1, count], b), count)
  t.strictSame(
    wide.map(block => block.rows),
    [1]
  )
})

t.test('F64 terms are rounded after they are subtracted', async t => {
  const of = (value: number) => ({
    name: 'x',
    dtype: 'F64',
    shape: [1],
    data: Float64Array.of(value)
  })
  const [block] = await rows(of(1), of(1 + 2 ** -40), 1)
  t.equal(block!.values[0], 2 ** -40)
})

t.test('a tensor without elements has no rows', async t => {
  const empty = tensor('x', [0], new Float32Array(0))
  t.strictSame(await rows(empty, empty, 1), [])
  const flat = tensor('x', [2, 0], new Float32Array(0))
  t.strictSame(await rows(flat, flat, 0), [])
})
