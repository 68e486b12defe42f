import { memorySpool, readFloats } from '@soup/tensor'
import t from 'tap'
import { spooledTensors } from '../../src/lora/spooled-tensors.ts'

t.test('what was added is read back, rounded to the dtype, from any offset', async t => {
  const box = spooledTensors(memorySpool(), 'BF16')
  const stored = await box.add('x', [2], Float32Array.of(1, 1.001))
  await box.add('y', [1, 1], Float32Array.of(3))
  t.strictSame([...stored], [1, 1])
  const checkpoint = box.checkpoint('box')
  t.strictSame([...checkpoint.tensors.keys()], ['x', 'y'])
  t.strictSame([...(await readFloats(checkpoint, 'x'))], [1, 1])
  t.strictSame([...(await readFloats(checkpoint, 'y'))], [3])
  const bytes = new Uint8Array(2)
  await checkpoint.open('x', 2).read(bytes)
  t.strictSame([...bytes], [0x80, 0x3f])
})

t.test('what lies beside a tensor cannot be read through it', async t => {
  const box = spooledTensors(memorySpool(), 'F32')
  await box.add('x', [1], Float32Array.of(1))
  await box.add('y', [1], Float32Array.of(2))
  const checkpoint = box.checkpoint('box')
  await t.rejects(checkpoint.open('x').read(new Uint8Array(8)), RangeError)
  t.throws(() => checkpoint.open('z'), RangeError)
})
