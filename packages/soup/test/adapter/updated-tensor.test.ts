import { addProduct, matrix, memoryCheckpoint, transpose } from '@soup/tensor'
import t from 'tap'
import { updatedTensor } from '../../src/adapter/updated-tensor.ts'
import { noise, tensor } from './fixtures.ts'

const [ROWS, COLUMNS, RANK] = [280, 1000, 2]
const values = noise(1, ROWS * COLUMNS)
const source = memoryCheckpoint({ tensors: [tensor('x', [ROWS, COLUMNS], values)] })
const input = source.tensors.get('x')!
const right = matrix(RANK, COLUMNS, noise(2, RANK * COLUMNS))
const left = transpose(matrix(RANK, ROWS, noise(3, RANK * ROWS)))
const init = { source, input, output: input, factors: async () => ({ left, right }) }

function expected(): Float32Array {
  const update = matrix(ROWS, COLUMNS)
  addProduct(left, right, update)
  return values.map((value, i) => Math.fround(value + update.values[i]!))
}

t.test('a tensor longer than every step is θ₀ + left·right, whole or from its middle', async t => {
  const wanted = new Uint8Array(expected().buffer)
  const whole = new Uint8Array(wanted.length)
  await updatedTensor(init, 0).read(whole)
  t.ok(Buffer.compare(whole, wanted) === 0)
  const [at, length] = [4 * 1234, 4 * 270_001]
  const part = new Uint8Array(length)
  await updatedTensor(init, at).read(part)
  t.ok(Buffer.compare(part, wanted.subarray(at, at + length)) === 0)
})

t.test('reading past the end is a mistake of the program', async t => {
  const reader = updatedTensor(init, input.sizeBytes - 4)
  await reader.read(new Uint8Array(4))
  await t.rejects(reader.read(new Uint8Array(4)), RangeError)
  t.throws(() => updatedTensor(init, input.sizeBytes + 4), RangeError)
})
