import { readTensor, type TensorInfo } from '@soup/tensor'
import t from 'tap'
import { type PointwiseTensor, pointwise } from '../src/pointwise.ts'
import { equalTensor, floatDtype, precisionOf, valuesTensor } from '../src/tensors.ts'
import { raw } from './fixtures.ts'

/** Reads the tensor `x` that is computed in this way. */
async function read(output: TensorInfo, tensor: PointwiseTensor) {
  const tensors = new Map([['x', output]])
  return await readTensor(
    pointwise({ name: 'soup', tensors, isSequential: false, tensor: () => tensor }),
    'x'
  )
}

t.test('equalTensor() gives what all agree on, and names two that differ', async t => {
  const terms = [
    [1, 2],
    [1, 2],
    [1, 3]
  ].map((values, i) => ({
    name: `e${i}`,
    checkpoint: raw('I16', [2], Int16Array.from(values))
  }))
  const info = terms[0]!.checkpoint.tensors.get('x')!
  t.strictSame([...(await read(info, equalTensor(terms.slice(0, 2), info)))], [1, 0, 2, 0])
  await t.rejects(read(info, equalTensor(terms, info)), {
    code: 'SOUP_NOT_FLOAT',
    message: /"x" differs between e0 and e2, and I16/
  })
})

t.test('valuesTensor() computes in f32 and rounds once', async t => {
  // 1, 0.5 and 3 in bf16; the product is rounded to f16.
  const terms = [
    raw('BF16', [2], Uint16Array.of(0x3f80, 0x3f00)),
    raw('BF16', [2], Uint16Array.of(0x4040, 0x4040))
  ]
  const info = terms[0]!.tensors.get('x')!
  const tensor = valuesTensor(terms, 'x', 'F16', ([a, b], out, length) => {
    const [x, y, z] = [a!, b!, out].map(({ bytes }) => {
      return new Float32Array(bytes.buffer, bytes.byteOffset, length)
    })
    for (let i = 0; i < length; i++) z![i] = x![i]! * y![i]!
  })
  const bytes = await read({ ...info, dtype: 'F16' }, tensor)
  t.strictSame([...new Uint16Array(bytes.buffer)], [0x4200, 0x3e00])
})

t.test('F64 is computed in f64 where it stays F64, with terms of other dtypes', async t => {
  t.equal(precisionOf('F64', 'F64'), 'F64')
  t.equal(precisionOf('F64', 'F32'), 'F32')
  t.equal(precisionOf('BF16', 'F64'), 'F32')
  const terms = [
    raw('F64', [1], Float64Array.of(1 + 2 ** -40)),
    raw('BF16', [1], Uint16Array.of(0x4040))
  ]
  const info = terms[0]!.tensors.get('x')!
  const tensor = valuesTensor(terms, 'x', 'F64', ([a, b], out) => {
    const [x, y, z] = [a!, b!, out].map(({ bytes }) => {
      return new Float64Array(bytes.buffer, bytes.byteOffset, 1)
    })
    z![0] = x![0]! * y![0]!
  })
  const bytes = await read(info, tensor)
  t.strictSame([...new Float64Array(bytes.buffer)], [3 * (1 + 2 ** -40)])
  t.throws(() => floatDtype(raw('I8', [1], Int8Array.of(1)), 'x'), RangeError)
})
