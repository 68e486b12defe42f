// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels.ts` calls it.
//
// Rows of numbers of 8, 16 or 32 bits, a multiple of four. Four states take turns, so that a processor works on
// four numbers at once. The encoder goes from the last number to the first and writes towards lower addresses;
// the decoder then reads forwards.

import {
  bitsFor,
  bitsOf,
  follow,
  leaving,
  narrowNumber,
  rowOf,
  sizeFor,
  STATE_BITS,
  STATES,
  stateOf,
  successor,
  TABLE,
  wideNumber,
  window
} from './coder'

/**
 * Writes a stream that ends at `end`: first the four states, then what each number adds.
 *
 * @returns its bits; the lowest bits of its first byte are unused where they are no whole bytes
 */
// @ts-ignore: a decorator
@inline
function encode<T>(z: u32, tokens: u32, length: u32, end: u32): u32 {
  let to = end
  let bits: u64 = 0
  let used: u32 = 0
  let a = STATES
  let b = STATES
  let c = STATES
  let d = STATES
  let from = tokens + length
  for (let at = z + length * sizeof<T>(); at > z; ) {
    at -= 4 * sizeof<T>()
    from -= 4
    let row = rowOf(TABLE, load<u8>(from, 3))
    let left = leaving(row, d)
    let size = sizeFor(row, left)
    let two = bitsFor<T>(row, load<T>(at, 3 * sizeof<T>()), d, left)
    d = successor(TABLE, row, d, left)
    if (sizeof<T>() === 4) {
      bits = (bits << size) | two
      used += size
      store<u64>(to - 8, bits << (64 - used))
      to -= used >> 3
      used &= 7
      two = 0
    } else used += size
    let first = size
    row = rowOf(TABLE, load<u8>(from, 2))
    left = leaving(row, c)
    size = sizeFor(row, left)
    two = (two << size) | bitsFor<T>(row, load<T>(at, 2 * sizeof<T>()), c, left)
    used += size
    bits = (bits << (sizeof<T>() === 4 ? size : first + size)) | two
    c = successor(TABLE, row, c, left)
    store<u64>(to - 8, bits << (64 - used))
    to -= used >> 3
    used &= 7
    row = rowOf(TABLE, load<u8>(from, 1))
    left = leaving(row, b)
    size = sizeFor(row, left)
    two = bitsFor<T>(row, load<T>(at, sizeof<T>()), b, left)
    b = successor(TABLE, row, b, left)
    if (sizeof<T>() === 4) {
      bits = (bits << size) | two
      used += size
      store<u64>(to - 8, bits << (64 - used))
      to -= used >> 3
      used &= 7
      two = 0
    } else used += size
    first = size
    row = rowOf(TABLE, load<u8>(from))
    left = leaving(row, a)
    size = sizeFor(row, left)
    two = (two << size) | bitsFor<T>(row, load<T>(at), a, left)
    used += size
    bits = (bits << (sizeof<T>() === 4 ? size : first + size)) | two
    a = successor(TABLE, row, a, left)
    store<u64>(to - 8, bits << (64 - used))
    to -= used >> 3
    used &= 7
  }
  bits = (bits << STATE_BITS) | (d - STATES)
  bits = (bits << STATE_BITS) | (c - STATES)
  bits = (bits << STATE_BITS) | (b - STATES)
  bits = (bits << STATE_BITS) | (a - STATES)
  used += 4 * STATE_BITS
  store<u64>(to - 8, bits << (64 - used))
  return ((end - to) << 3) + used
}

export function encodeDense8(
  z: u32,
  tokens: u32,
  length: u32,
  end: u32
): u32 {
  return encode<u8>(z, tokens, length, end)
}

export function encodeDense16(
  z: u32,
  tokens: u32,
  length: u32,
  end: u32
): u32 {
  return encode<u16>(z, tokens, length, end)
}

export function encodeDense32(
  z: u32,
  tokens: u32,
  length: u32,
  end: u32
): u32 {
  return encode<u32>(z, tokens, length, end)
}

/**
 * Reads a stream from its bit `begin` to its bit `end`, and fewer than SLACK_BYTES of `src/kernels.ts` behind.
 *
 * @returns 0 when it ended there, as an encoder would have ended it
 */
// @ts-ignore: a decorator
@inline
function decode<T>(from: u32, begin: u32, end: u32, z: u32, length: u32): u32 {
  let bits = window(from, begin)
  let a = stateOf(TABLE, bits)
  let b = stateOf(TABLE, bits >> STATE_BITS)
  let c = stateOf(TABLE, bits >> (2 * STATE_BITS))
  let d = stateOf(TABLE, bits >> (3 * STATE_BITS))
  let bit = begin + 4 * STATE_BITS - 1
  const last = z + length * sizeof<T>()
  for (let at = z; at < last; at += 4 * sizeof<T>()) {
    if (bit >= end) return 1
    bits = window(from, bit)
    store<T>(at, numberOf<T>(a, bits))
    let size = bitsOf(a)
    a = follow(a, bits)
    bit += size
    if (sizeof<T>() === 4) bits = window(from, bit)
    else bits >>= size
    store<T>(at, numberOf<T>(b, bits), sizeof<T>())
    bit += bitsOf(b)
    b = follow(b, bits)
    bits = window(from, bit)
    store<T>(at, numberOf<T>(c, bits), 2 * sizeof<T>())
    size = bitsOf(c)
    c = follow(c, bits)
    bit += size
    if (sizeof<T>() === 4) bits = window(from, bit)
    else bits >>= size
    store<T>(at, numberOf<T>(d, bits), 3 * sizeof<T>())
    bit += bitsOf(d)
    d = follow(d, bits)
  }
  return ((bit + 1) ^ end) | (a - TABLE) | (b - TABLE) | (c - TABLE) | (d - TABLE)
}

// @ts-ignore: a decorator
@inline
function numberOf<T>(state: u32, bits: u64): T {
  if (sizeof<T>() < 4) return <T>narrowNumber(state, bits)
  return <T>wideNumber(TABLE, state, bits)
}

export function decodeDense8(
  from: u32,
  begin: u32,
  end: u32,
  z: u32,
  length: u32
): u32 {
  return decode<u8>(from, begin, end, z, length)
}

export function decodeDense16(
  from: u32,
  begin: u32,
  end: u32,
  z: u32,
  length: u32
): u32 {
  return decode<u16>(from, begin, end, z, length)
}

export function decodeDense32(
  from: u32,
  begin: u32,
  end: u32,
  z: u32,
  length: u32
): u32 {
  return decode<u32>(from, begin, end, z, length)
}
