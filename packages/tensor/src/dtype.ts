/**
 * Bits of an element by dtype: every dtype of the safetensors format.
 *
 * Source: the `Dtype` enumeration of the safetensors specification. F4 and F6 are packed without
 * padding, so a tensor of them must fill whole bytes.
 */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64
} as const

/** A dtype that this version knows. Others pass through as long as nothing computes with them. */
export type Dtype = keyof typeof BITS

/** Tells whether the size of `dtype`'s elements is known. */
export function isDtype(dtype: string): dtype is Dtype {
  return Object.hasOwn(BITS, dtype)
}

/** Bits of one element of `dtype`. */
export function elementBits(dtype: Dtype): number {
  return BITS[dtype]
}

/**
 * Number of elements: the product of the dimensions, 1 for a scalar.
 *
 * @returns undefined where the product, or any step of it, leaves the safe integers
 */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1
  for (const length of shape) {
    count *= length
    if (!Number.isSafeInteger(count)) return undefined
  }
  return count
}

/**
 * Bytes of a tensor of known dtype.
 *
 * @returns undefined where the size leaves the safe integers or doesn't fill whole bytes
 */
export function tensorBytes(dtype: Dtype, shape: readonly number[]): number | undefined {
  const bits = (elementCount(shape) ?? Number.NaN) * BITS[dtype]
  return Number.isSafeInteger(bits) && bits % 8 === 0 ? bits / 8 : undefined
}

/**
 * What a tensor's offset should be a multiple of, so that its bytes can be viewed as numbers.
 *
 * @returns 8, 4, 2 or 1 bytes; for an unknown dtype what its size allows to conclude
 */
export function alignment(tensor: {
  dtype: string
  shape: readonly number[]
  sizeBytes: number
}): number {
  const bytes = isDtype(tensor.dtype)
    ? BITS[tensor.dtype] / 8
    : tensor.sizeBytes / (elementCount(tensor.shape) ?? Number.NaN)
  return [8, 4, 2].find(size => bytes === size) ?? 1
}
