import { BLOCK_BYTES, memoryCheckpoint, readFloats, readTensor } from '@soup/tensor'
import t from 'tap'
import { tensorView } from '../../src/adapter/tensor-view.ts'
import { noise, tensor } from './fixtures.ts'

t.test('a view has one tensor under its new name, from any offset', async t => {
  const checkpoint = memoryCheckpoint({
    tensors: [tensor('x', [3], Float32Array.of(1, 2, 3), 'BF16'), tensor('y', [1], noise(1, 1))]
  })
  const plain = tensorView(checkpoint, 'x', 'z', false)
  t.strictSame(
    [...plain.tensors.values()],
    [{ name: 'z', dtype: 'BF16', shape: [3], sizeBytes: 6 }]
  )
  t.strictSame(await readTensor(plain, 'z'), await readTensor(checkpoint, 'x'))
  const wide = tensorView(checkpoint, 'x', 'z', true)
  t.strictSame([...wide.tensors.values()], [{ name: 'z', dtype: 'F32', shape: [3], sizeBytes: 12 }])
  const bytes = new Uint8Array(8)
  await wide.open('z', 4).read(bytes)
  t.strictSame([...new Float32Array(bytes.buffer)], [2, 3])
})

t.test('what is longer than a block is decoded block by block', async t => {
  const values = noise(2, BLOCK_BYTES / 2 + 3)
  const checkpoint = memoryCheckpoint({ tensors: [tensor('x', [values.length], values, 'F16')] })
  t.strictSame(
    await readFloats(tensorView(checkpoint, 'x', 'x', true), 'x'),
    await readFloats(checkpoint, 'x')
  )
})

t.test('a name that is not there is a mistake of the program', async t => {
  const checkpoint = memoryCheckpoint({ tensors: [tensor('x', [1], noise(1, 1))] })
  t.throws(() => tensorView(checkpoint, 'y', 'z', false), RangeError)
  t.throws(() => tensorView(checkpoint, 'x', 'z', true).open('x'), RangeError)
})
