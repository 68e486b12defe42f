/**
 * The loops of `subtract` and `add` for elements of 8, 16 and 32 bits, written out per width: each
 * then sees one kind of array, which JavaScript runs several times as fast. `floats` is −1 where the
 * elements are floats, 0 for integers.
 */

/** κ of an n-bit pattern: all bits inverted of a negative float, the sign bit of a positive one. */
function key(pattern: number, bits: number, floats: number): number {
  return pattern ^ ((-(pattern >>> (bits - 1)) | (1 << (bits - 1))) & floats)
}

/** κ⁻¹; bits above the n lowest are whatever they were, the array that takes the result drops them. */
function unkey(key: number, bits: number, floats: number): number {
  return key ^ (((((key >>> (bits - 1)) & 1) - 1) | (1 << (bits - 1))) & floats)
}

function unzigzag(z: number): number {
  return (z >>> 1) ^ -(z & 1)
}

/** See `subtract`. */
export function subtract8(
  expert: Uint8Array,
  base: Uint8Array,
  planes: Uint8Array,
  floats: number
): void {
  for (let i = 0; i < expert.length; i++) {
    const difference = (key(expert[i]!, 8, floats) - key(base[i]!, 8, floats)) << 24
    planes[i] = (difference >> 23) ^ (difference >> 31)
  }
}

/** See `add`. */
export function add8(
  planes: Uint8Array,
  base: Uint8Array,
  expert: Uint8Array,
  floats: number
): void {
  for (let i = 0; i < expert.length; i++) {
    expert[i] = unkey(key(base[i]!, 8, floats) + unzigzag(planes[i]!), 8, floats)
  }
}

/** See `subtract`. */
export function subtract16(
  expert: Uint16Array,
  base: Uint16Array,
  planes: Uint8Array,
  floats: number
): void {
  const count = expert.length
  for (let i = 0; i < count; i++) {
    const difference = (key(expert[i]!, 16, floats) - key(base[i]!, 16, floats)) << 16
    const z = (difference >> 15) ^ (difference >> 31)
    planes[i] = z
    planes[i + count] = z >> 8
  }
}

/** See `add`. */
export function add16(
  planes: Uint8Array,
  base: Uint16Array,
  expert: Uint16Array,
  floats: number
): void {
  const count = expert.length
  for (let i = 0; i < count; i++) {
    const z = planes[i]! | (planes[i + count]! << 8)
    expert[i] = unkey(key(base[i]!, 16, floats) + unzigzag(z), 16, floats)
  }
}

/** See `subtract`. */
export function subtract32(
  expert: Uint32Array,
  base: Uint32Array,
  planes: Uint8Array,
  floats: number
): void {
  const count = expert.length
  for (let i = 0; i < count; i++) {
    const difference = (key(expert[i]!, 32, floats) - key(base[i]!, 32, floats)) | 0
    const z = (difference << 1) ^ (difference >> 31)
    planes[i] = z
    planes[i + count] = z >> 8
    planes[i + 2 * count] = z >> 16
    planes[i + 3 * count] = z >> 24
  }
}

/** See `add`. */
export function add32(
  planes: Uint8Array,
  base: Uint32Array,
  expert: Uint32Array,
  floats: number
): void {
  const count = expert.length
  for (let i = 0; i < count; i++) {
    const z =
      planes[i]! |
      (planes[i + count]! << 8) |
      (planes[i + 2 * count]! << 16) |
      (planes[i + 3 * count]! << 24)
    expert[i] = unkey(((key(base[i]!, 32, floats) | 0) + unzigzag(z)) | 0, 32, floats)
  }
}
