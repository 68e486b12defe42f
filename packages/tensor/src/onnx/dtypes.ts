import type { ElementType, StoredInitializer } from '@soup/onnx'
import { type Dtype, tensorBytes } from '../dtype.ts'

/** safetensors' name of an element type; those that are missing have none. */
const DTYPES: Partial<Record<ElementType, Dtype>> = {
  FLOAT: 'F32',
  UINT8: 'U8',
  INT8: 'I8',
  UINT16: 'U16',
  INT16: 'I16',
  INT32: 'I32',
  INT64: 'I64',
  BOOL: 'BOOL',
  FLOAT16: 'F16',
  DOUBLE: 'F64',
  UINT32: 'U32',
  UINT64: 'U64',
  COMPLEX64: 'C64',
  BFLOAT16: 'BF16',
  FLOAT8E4M3FN: 'F8_E4M3',
  FLOAT8E4M3FNUZ: 'F8_E4M3FNUZ',
  FLOAT8E5M2: 'F8_E5M2',
  FLOAT8E5M2FNUZ: 'F8_E5M2FNUZ',
  FLOAT8E8M0: 'F8_E8M0',
  FLOAT4E2M1: 'F4'
}

/**
 * The dtype of an initializer: the same bytes mean the same in both formats.
 *
 * @returns undefined where safetensors has no such dtype, or can't hold an odd number of elements of 4 bits
 */
export function dtypeOf({
  type,
  shape,
  sizeBytes
}: Pick<StoredInitializer, 'type' | 'shape' | 'sizeBytes'>): Dtype | undefined {
  const dtype = DTYPES[type]
  return dtype !== undefined && tensorBytes(dtype, shape) === sizeBytes ? dtype : undefined
}
