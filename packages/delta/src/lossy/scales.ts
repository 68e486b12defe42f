/** Bytes of a stored scale: the upper half of an f32 (bfloat16). */
export const SCALE_BYTES = 2

/** The first bit pattern that is no finite, non-negative bfloat16. */
const INFINITY = 0x7f80

const bits = new Uint32Array(1)
const number = new Float32Array(bits.buffer)

/**
 * The least bfloat16 that isn't below a value. Half-precision floats would be too coarse: their smallest number is
 * 6·10⁻⁸, which is what a step of 1/127 of a usual update comes to.
 *
 * @param value not negative, at most 2¹²⁷
 * @returns its 16 bits
 */
export function scaleUp(value: number): number {
  number[0] = value
  // The f32 itself may have been rounded down.
  const least = number[0] < value ? bits[0]! + 1 : bits[0]!
  return (least + 0xffff) >>> 16
}

/**
 * The finite bfloat16 nearest to a value.
 *
 * @param value not negative, at most the largest f32
 * @returns its 16 bits
 */
export function scaleNearest(value: number): number {
  number[0] = value
  const nearest = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) >>> 16
  return Math.min(nearest, INFINITY - 1)
}

/** The number that a scale's bits stand for. */
export function scaleValue(scale: number): number {
  bits[0] = scale << 16
  return number[0]!
}

/**
 * Reads the scales at the beginning of a stored piece.
 *
 * @returns one f32 a scale
 * @throws {RangeError} when one is negative, infinite or NaN
 */
export function readScales(stored: Uint8Array, count: number): Float32Array {
  const scales = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const scale = stored[2 * i]! | (stored[2 * i + 1]! << 8)
    if (scale >= INFINITY) throw new RangeError(`scale ${i} is negative or not finite`)
    scales[i] = scale << 16
  }
  return new Float32Array(scales.buffer)
}
