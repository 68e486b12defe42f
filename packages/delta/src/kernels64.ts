/**
 * The loops of `subtract` and `add` for elements of 64 bits, in two halves of 32 bits: BigInts would be
 * much slower. κ inverts the low half of a negative float and treats the high half as a 32-bit float's.
 */

/** See `subtract`: arrays of low and high halves in turn. */
export function subtract64(
  expert: Uint32Array,
  base: Uint32Array,
  planes: Uint8Array,
  floats: number
): void {
  const count = expert.length / 2
  for (let i = 0; i < count; i++) {
    const [at, above] = [2 * i, 2 * i + 1]
    const low = lowKey(expert[at]!, expert[above]!, floats)
    const baseLow = lowKey(base[at]!, base[above]!, floats)
    const borrow = low < baseLow ? 1 : 0
    const difference = (low - baseLow) | 0
    const high = (highKey(expert[above]!, floats) - highKey(base[above]!, floats) - borrow) | 0
    const sign = high >> 31
    putPlanes(planes, i, count, (difference << 1) ^ sign)
    putPlanes(planes, i + 4 * count, count, ((high << 1) | (difference >>> 31)) ^ sign)
  }
}

/** See `add`: arrays of low and high halves in turn. */
export function add64(
  planes: Uint8Array,
  base: Uint32Array,
  expert: Uint32Array,
  floats: number
): void {
  const count = expert.length / 2
  for (let i = 0; i < count; i++) {
    const [at, above] = [2 * i, 2 * i + 1]
    const z = getPlanes(planes, i, count)
    const highZ = getPlanes(planes, i + 4 * count, count)
    const sign = -(z & 1)
    const difference = (((z >>> 1) | (highZ << 31)) ^ sign) >>> 0
    const low = lowKey(base[at]!, base[above]!, floats) + difference
    const carry = low > 0xffffffff ? 1 : 0
    const high = (highKey(base[above]!, floats) + ((highZ >>> 1) ^ sign) + carry) | 0
    // A key in the lower half is a negative float's.
    const negative = ~(high >> 31) & floats
    expert[at] = low ^ negative
    expert[above] = high ^ (negative | (floats & (1 << 31)))
  }
}

function lowKey(low: number, high: number, floats: number): number {
  return (low ^ ((high >> 31) & floats)) >>> 0
}

function highKey(high: number, floats: number): number {
  return high ^ (((high >> 31) | (1 << 31)) & floats)
}

function putPlanes(planes: Uint8Array, at: number, stride: number, value: number): void {
  planes[at] = value
  planes[at + stride] = value >>> 8
  planes[at + 2 * stride] = value >>> 16
  planes[at + 3 * stride] = value >>> 24
}

function getPlanes(planes: Uint8Array, at: number, stride: number): number {
  const low = planes[at]! | (planes[at + stride]! << 8)
  return low | (planes[at + 2 * stride]! << 16) | (planes[at + 3 * stride]! << 24)
}
