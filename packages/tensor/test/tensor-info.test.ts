import t from 'tap'
import { cursor, tensorInfo } from '../src/tensor-info.ts'

const info = { name: 'x', dtype: 'U8', shape: [5], sizeBytes: 5 }

t.test("an unknown name is the program's mistake", async t => {
  const checkpoint = { name: 'a model', tensors: new Map([['x', info]]) }
  t.equal(tensorInfo(checkpoint, 'x'), info)
  t.throws(() => tensorInfo(checkpoint, 'toString'), {
    name: 'RangeError',
    message: 'a model has no tensor "toString"'
  })
})

t.test('a cursor moves on with every read and never leaves the tensor', async t => {
  const take = cursor(info, 1)
  t.strictSame([take(2), take(0), take(2)], [1, 3, 3])
  t.equal(take(0), 5)
  t.throws(() => take(1), { name: 'RangeError', message: 'tensor "x" has no bytes 5 to 6 of 5' })
  for (const offset of [-1, 6]) t.throws(() => cursor(info, offset), RangeError)
})
