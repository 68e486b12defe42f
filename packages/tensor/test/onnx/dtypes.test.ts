import type { ElementType } from '@soup/onnx'
import t from 'tap'
import { dtypeOf } from '../../src/onnx/dtypes.ts'

const dtype = (type: ElementType, elements: number, sizeBytes: number) =>
  dtypeOf({ type, shape: [elements], sizeBytes })

t.test('dtypeOf() gives the dtype whose bytes mean the same', async t => {
  t.equal(dtype('FLOAT', 3, 12), 'F32')
  t.equal(dtype('BFLOAT16', 3, 6), 'BF16')
  t.equal(dtype('FLOAT8E4M3FN', 3, 3), 'F8_E4M3')
  t.equal(dtype('COMPLEX64', 3, 24), 'C64')
})

t.test('dtypeOf() knows none for what safetensors can not hold', async t => {
  for (const type of ['INT4', 'UINT4', 'INT2', 'UINT2'] as const)
    t.equal(dtype(type, 8, 4), undefined)
  t.equal(dtype('COMPLEX128', 1, 16), undefined)
  t.equal(dtype('FLOAT4E2M1', 4, 2), 'F4')
  t.equal(dtype('FLOAT4E2M1', 3, 2), undefined, 'half a byte is left')
})
