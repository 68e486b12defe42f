import { BLOCK_BYTES, memoryCheckpoint, readFloats, readTensor } from '@soup/tensor'
import t from 'tap'
import { decodedView, tensorView } from '../../src/adapter/tensor-view.ts'
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

t.test('some tensors of a checkpoint are decoded, the others stay', async t => {
  const checkpoint = memoryCheckpoint({
    tensors: [tensor('x', [3], noise(1, 3), 'BF16'), tensor('y', [2], noise(2, 2), 'BF16')]
  })
  const view = decodedView(checkpoint, new Set(['x']))
  t.strictSame(
    [...view.tensors.values()].map(({ dtype, sizeBytes }) => [dtype, sizeBytes]),
    [
      ['F32', 12],
      ['BF16', 4]
    ]
  )
  t.strictSame(await readFloats(view, 'x'), await readFloats(checkpoint, 'x'))
  t.strictSame(await readTensor(view, 'y'), await readTensor(checkpoint, 'y'))
  const bytes = new Uint8Array(4)
  await view.open('x', 8).read(bytes)
  t.equal(new Float32Array(bytes.buffer)[0], (await readFloats(checkpoint, 'x'))[2])
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
