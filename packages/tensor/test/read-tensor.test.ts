import t from 'tap'
import { memoryCheckpoint } from '../src/memory-checkpoint.ts'
import { readFloats, readTensor } from '../src/read-tensor.ts'

const checkpoint = memoryCheckpoint({
  tensors: [
    { name: 'x', dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0xc000) },
    { name: 'i', dtype: 'I32', shape: [], data: Int32Array.of(7) }
  ]
})

t.test('readTensor() returns all bytes', async t => {
  t.strictSame([...(await readTensor(checkpoint, 'i'))], [7, 0, 0, 0])
})

t.test('readTensor() refuses a tensor over the limit before reading', async t => {
  const unreadable = { ...checkpoint, open: () => t.fail('must not read') as never }
  await t.rejects(readTensor(unreadable, 'i', { maxBytes: 3 }), { code: 'TENSOR_TOO_LARGE' })
  t.equal((await readTensor(checkpoint, 'i', { maxBytes: 4 })).length, 4)
})

t.test('readFloats() decodes, and refuses other dtypes by name', async t => {
  t.strictSame(await readFloats(checkpoint, 'x'), Float32Array.of(1, -2))
  await t.rejects(readFloats(checkpoint, 'i'), { code: 'TENSOR_DTYPE', message: /"i" is I32/ })
})

t.test("an unknown name is the program's mistake", async t => {
  await t.rejects(readTensor(checkpoint, 'y'), RangeError)
})
