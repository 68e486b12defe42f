/** Most bytes of a gap: 7 bits each reach past the elements of a piece. */
const MAX_GAP_BYTES = 3

/**
 * Writes ascending positions as the number of those left out before each, in LEB128: seven bits a byte, least
 * first, the top bit says that more follow.
 *
 * @param positions below 2²¹
 * @returns fewer bytes than the last position, plus one: a gap of two bytes steps over 128 at least
 */
export function encodeGaps(positions: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(positions.length * MAX_GAP_BYTES)
  let length = 0
  let next = 0
  for (let i = 0; i < positions.length; i++) {
    let gap = positions[i]! - next
    next = positions[i]! + 1
    for (; gap > 127; gap >>>= 7) bytes[length++] = gap | 128
    bytes[length++] = gap
  }
  return bytes.subarray(0, length)
}

/**
 * Undoes {@link encodeGaps}.
 *
 * @param count of positions
 * @param end all positions lie below
 * @throws {RangeError} when the bytes aren't those of so many positions
 */
export function decodeGaps(bytes: Uint8Array, count: number, end: number): Uint32Array {
  const positions = new Uint32Array(count)
  let at = 0
  let next = 0
  for (let i = 0; i < count; i++) {
    let byte = 128
    let gap = 0
    for (let shift = 0; byte > 127 && shift < 7 * MAX_GAP_BYTES; shift += 7) {
      byte = bytes[at++] ?? 255
      gap |= (byte & 127) << shift
    }
    const position = next + gap
    if (byte > 127 || position >= end)
      throw new RangeError(`position ${i} leaves the ${end} elements`)
    positions[i] = position
    next = position + 1
  }
  if (at === bytes.length) return positions
  throw new RangeError(`${bytes.length} bytes of gaps, ${count} positions take ${at}`)
}
