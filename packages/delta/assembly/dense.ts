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

/** How many numbers of a row are not 0, or more than `most`; zeros follow the row up to a multiple of 16 bytes. */
// @ts-ignore: a decorator
@inline
function others<T>(z: u32, length: u32, most: u32): u32 {
  const end = z + length * sizeof<T>()
  let found: u32 = 0
  for (let at = z; at < end && found <= most; at += 16) {
    const zeros = v128.bitmask<T>(v128.eq<T>(v128.load(at), i64x2.splat(0)))
    found += 16 / sizeof<T>() - popcnt<u32>(zeros)
  }
  return found
}

export function others8(z: u32, length: u32, most: u32): u32 {
  return others<i8>(z, length, most)
}

export function others16(z: u32, length: u32, most: u32): u32 {
  return others<i16>(z, length, most)
}

export function others32(z: u32, length: u32, most: u32): u32 {
  return others<i32>(z, length, most)
}

/**
 * The tokens of four numbers: a float's exponent and its highest three bits are the token but for an offset. What
 * is cleared keeps numbers of more than 24 bits from being rounded up.
 */
// @ts-ignore: a decorator
@inline
function fourTokens<T>(values: v128): v128 {
  const floats =
    sizeof<T>() < 4
      ? f32x4.convert_i32x4_s(values)
      : f32x4.convert_i32x4_u(v128.andnot(values, i32x4.shr_u(values, 8)))
  const tokens = i32x4.sub(i32x4.shr_u(floats, 20), i32x4.splat((127 + 2) << 3))
  return i32x4.max_s(tokens, i32x4.min_u(values, i32x4.splat(7)))
}

/** Writes the token of each number of a row, a byte each, up to seven more included. */
// @ts-ignore: a decorator
@inline
function tokenize<T>(z: u32, length: u32, tokens: u32): void {
  const end = tokens + length
  for (let to = tokens; to < end; to += 8) {
    let low: v128
    let high: v128
    if (sizeof<T>() === 1) {
      const values = v128.load_ext<u8>(z)
      low = i32x4.extend_low_i16x8_u(values)
      high = i32x4.extend_high_i16x8_u(values)
    } else if (sizeof<T>() === 2) {
      low = v128.load_ext<u16>(z)
      high = v128.load_ext<u16>(z, 8)
    } else {
      low = v128.load(z)
      high = v128.load(z, 16)
    }
    const eight = i16x8.narrow_i32x4_u(fourTokens<T>(low), fourTokens<T>(high))
    store<u64>(to, i64x2.extract_lane(i8x16.narrow_i16x8_u(eight, eight), 0))
    z += 8 * sizeof<T>()
  }
}

export function tokenize8(z: u32, length: u32, tokens: u32): void {
  tokenize<u8>(z, length, tokens)
}

export function tokenize16(z: u32, length: u32, tokens: u32): void {
  tokenize<u16>(z, length, tokens)
}

export function tokenize32(z: u32, length: u32, tokens: u32): void {
  tokenize<u32>(z, length, tokens)
}

/** Adds to a row of 256 counts how often a token comes. */
// @ts-ignore: a decorator
@inline
function add(counts: u32, token: u32): void {
  const place = counts + (token << 2)
  store<u32>(place, load<u32>(place) + 1)
}

/** Counts tokens in four rows of 256 in turns: equal neighbours would wait for one another in one row. */
export function count(tokens: u32, length: u32, counts: u32): void {
  const end = tokens + length
  let at = tokens
  for (; at + 4 <= end; at += 4) {
    const four = load<u32>(at)
    add(counts, four & 255)
    add(counts + 1024, (four >> 8) & 255)
    add(counts + 2048, (four >> 16) & 255)
    add(counts + 3072, four >> 24)
  }
  for (; at < end; at++) add(counts, load<u8>(at))
}

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
 * Reads a stream from its bit `begin` to its bit `end`, and up to 28 bytes behind.
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
