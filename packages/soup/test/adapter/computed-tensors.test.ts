import { readFloats } from '@soup/tensor'
import t from 'tap'
import { computedTensors } from '../../src/adapter/computed-tensors.ts'

function counted(isBroken = false) {
  const calls: string[] = []
  const of = (name: string) => ({
    name,
    shape: [2],
    compute: async () => {
      calls.push(name)
      if (isBroken && calls.length === 1) throw new Error('not yet')
      return Float32Array.of(1, 2.001)
    }
  })
  return { calls, checkpoint: computedTensors('c', 'BF16', [of('x'), of('y')]) }
}

t.test('a tensor is computed when it is read, rounded, and kept until another is', async t => {
  const { calls, checkpoint } = counted()
  t.strictSame(checkpoint.tensors.get('x'), { name: 'x', dtype: 'BF16', shape: [2], sizeBytes: 4 })
  const bytes = new Uint8Array(2)
  await checkpoint.open('x', 2).read(bytes)
  t.strictSame([...bytes], [0, 0x40])
  t.strictSame([...(await readFloats(checkpoint, 'x'))], [1, 2])
  t.strictSame(calls, ['x'])
  await readFloats(checkpoint, 'y')
  await readFloats(checkpoint, 'x')
  t.strictSame(calls, ['x', 'y', 'x'])
})

t.test('what failed is computed again', async t => {
  const { checkpoint } = counted(true)
  await t.rejects(readFloats(checkpoint, 'x'), { message: 'not yet' })
  t.strictSame([...(await readFloats(checkpoint, 'x'))], [1, 2])
})

t.test('names and sizes that do not exist are mistakes of the program', async t => {
  const { checkpoint } = counted()
  t.throws(() => checkpoint.open('z'), RangeError)
  t.throws(
    () =>
      computedTensors('c', 'F32', [
        { name: 'x', shape: [2 ** 52], compute: async () => new Float32Array() }
      ]),
    RangeError
  )
  await t.rejects(checkpoint.open('x').read(new Uint8Array(6)), RangeError)
})
