/**
 * Reads a varint of 64 bits and stores it as a little-endian integer of fewer, signed or not. In halves of 32 bits,
 * for tensors are long and bigints slow.
 *
 * @param widthBytes 1, 2, 4 or 8
 * @returns the bytes that it took; undefined where it is cut off, takes more than ten or doesn't fit
 */
export function storeVarint(
  bytes: Uint8Array,
  at: number,
  target: DataView,
  position: number,
  widthBytes: number
): number | undefined {
  let [low, high] = [0, 0]
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return undefined
    const [bits, shift] = [byte & 127, 7 * i]
    if (shift < 32) low |= bits << shift
    if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32)
    if (byte > 127) continue
    if (!fits(low, high, widthBytes)) return undefined
    store(low, high, target, position, widthBytes)
    return i + 1
  }
  return undefined
}

/** Tells whether two halves, given as int32, are an integer of this width, with or without sign. */
function fits(low: number, high: number, widthBytes: number): boolean {
  if (widthBytes === 8) return true
  const range = 2 ** (8 * widthBytes)
  return (high === 0 && low >>> 0 < range) || (high === -1 && low < 0 && low >= -range / 2)
}

function store(
  low: number,
  high: number,
  target: DataView,
  position: number,
  widthBytes: number
): void {
  if (widthBytes === 1) target.setInt8(position, low)
  else if (widthBytes === 2) target.setInt16(position, low, true)
  else target.setInt32(position, low, true)
  if (widthBytes === 8) target.setInt32(position + 4, high, true)
}
