import { tensorSchema } from './schema.ts'

/** A typed field of `TensorProto`: where writers that avoid `raw_data` put numbers. */
export type TypedField = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data'

/**
 * The element types of numbers by ONNX's name, with their code (`TensorProto.DataType` in `onnx.proto`), the bits
 * of an element in `raw_data` and the field that holds them where `raw_data` doesn't. Types below 8 bits are packed,
 * the first element in the lowest bits.
 */
const TYPES = {
  FLOAT: { code: 1, bits: 32, field: 'floatData' },
  UINT8: { code: 2, bits: 8, field: 'int32Data' },
  INT8: { code: 3, bits: 8, field: 'int32Data' },
  UINT16: { code: 4, bits: 16, field: 'int32Data' },
  INT16: { code: 5, bits: 16, field: 'int32Data' },
  INT32: { code: 6, bits: 32, field: 'int32Data' },
  INT64: { code: 7, bits: 64, field: 'int64Data' },
  BOOL: { code: 9, bits: 8, field: 'int32Data' },
  FLOAT16: { code: 10, bits: 16, field: 'int32Data' },
  DOUBLE: { code: 11, bits: 64, field: 'doubleData' },
  UINT32: { code: 12, bits: 32, field: 'uint64Data' },
  UINT64: { code: 13, bits: 64, field: 'uint64Data' },
  COMPLEX64: { code: 14, bits: 64, field: 'floatData' },
  COMPLEX128: { code: 15, bits: 128, field: 'doubleData' },
  BFLOAT16: { code: 16, bits: 16, field: 'int32Data' },
  FLOAT8E4M3FN: { code: 17, bits: 8, field: 'int32Data' },
  FLOAT8E4M3FNUZ: { code: 18, bits: 8, field: 'int32Data' },
  FLOAT8E5M2: { code: 19, bits: 8, field: 'int32Data' },
  FLOAT8E5M2FNUZ: { code: 20, bits: 8, field: 'int32Data' },
  UINT4: { code: 21, bits: 4, field: 'int32Data' },
  INT4: { code: 22, bits: 4, field: 'int32Data' },
  FLOAT4E2M1: { code: 23, bits: 4, field: 'int32Data' },
  FLOAT8E8M0: { code: 24, bits: 8, field: 'int32Data' },
  UINT2: { code: 25, bits: 2, field: 'int32Data' },
  INT2: { code: 26, bits: 2, field: 'int32Data' }
} as const

/** An element type by ONNX's own name: `FLOAT`, `BFLOAT16`. */
export type ElementType = keyof typeof TYPES

/** The code of strings, which are no numbers. */
export const STRING_CODE = 8

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(TYPES).map(([name, { code }]) => [code, name])
)

/** @returns the type of this code; undefined for strings and for what this version doesn't know */
export function elementType(code: number): ElementType | undefined {
  return names.get(code) as ElementType | undefined
}

/** The code of a type in `data_type`. */
export function elementCode(type: ElementType): number {
  return TYPES[type].code
}

/**
 * Bytes of a tensor in `raw_data`; the last byte of types below 8 bits may be padded.
 *
 * @returns undefined where the size leaves the safe integers
 */
export function elementsBytes(type: ElementType, shape: readonly number[]): number | undefined {
  let bits: number = TYPES[type].bits
  for (const size of shape) {
    bits *= size
    if (!Number.isSafeInteger(bits)) return undefined
  }
  return Math.ceil(bits / 8)
}

/** How a typed field holds elements: its name, its number and the bytes that one of its values stands for. */
export function typedStorage(type: ElementType): {
  field: TypedField
  id: number
  widthBytes: number
} {
  const { bits, field }: { bits: number; field: TypedField } = TYPES[type]
  const most = field === 'floatData' || field === 'int32Data' ? 4 : 8
  return {
    field,
    id: tensorSchema[field][0],
    widthBytes: Math.min(most, Math.max(1, bits / 8))
  }
}

/** Whether a typed field holds a type's numbers as `raw_data` does, so that nothing must be decoded. */
export function isFixed(type: ElementType): boolean {
  return TYPES[type].field === 'floatData' || TYPES[type].field === 'doubleData'
}
