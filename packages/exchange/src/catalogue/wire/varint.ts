import { WireError } from './errors.ts'
import type { Reader } from './reader.ts'

/** Longest varint in bytes: 8 digits of 7 bits hold every safe integer, 2^53 - 1. */
export const MAX_VARINT_BYTES = 8

/**
 * Encodes an unsigned integer in base 128, most significant digit first, in as few bytes as possible;
 * the high bit is set on every byte but the last (negentropy v1, "Varint").
 *
 * @param value a safe integer, not negative
 */
export function encodeVarint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`a varint holds a safe integer that is not negative, got ${value}`)
  }
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) + 128)
  }
  return Uint8Array.from(digits)
}

/**
 * Reads a varint.
 *
 * @throws {WireError} when it is cut off, padded with zero digits, or above the safe integers
 */
export function readVarint(reader: Reader): number {
  let value = 0
  for (let length = 1; length <= MAX_VARINT_BYTES; length++) {
    const byte = reader.byte()
    if (length === 1 && byte === 128) throw new WireError('a varint starts with a zero digit')
    value = value * 128 + (byte & 127)
    if (byte < 128) {
      if (!Number.isSafeInteger(value)) throw new WireError(`a varint exceeds 2^53 - 1`)
      return value
    }
  }
  throw new WireError(`a varint is longer than ${MAX_VARINT_BYTES} bytes`)
}
