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

/** Writes the `used` lowest bits below `to`. @returns where those end that fill no byte yet: they are written again */
// @ts-ignore: a decorator
@inline
function flush(to: u32, bits: u64, used: u32): u32 {
  store<u64>(to - 8, bits << (64 - used))
  return to - (used >> 3)
}

/** Writes the four states. @returns all bits up to `end` */
// @ts-ignore: a decorator
@inline
function finish(to: u32, bits: u64, used: u32, end: u32, states: u64): u32 {
  used += 4 * STATE_BITS
  store<u64>(to - 8, ((bits << (4 * STATE_BITS)) | states) << (64 - used))
  return ((end - to) << 3) + used
}

/** The four states, the first one lowest. */
// @ts-ignore: a decorator
@inline
function statesOf(a: u32, b: u32, c: u32, d: u32): u64 {
  const high = (<u64>(d - STATES) << STATE_BITS) | (c - STATES)
  return (high << (2 * STATE_BITS)) | (<u64>(b - STATES) << STATE_BITS) | (a - STATES)
}

/**
 * Writes a stream that ends at `end`: first the four states, then what each number adds. The bits of two numbers of up
 * to 16 bits are written at a time.
 *
 * @returns its bits; the lowest bits of its first byte are unused where they are no whole bytes
 */
// @ts-ignore: a decorator
@inline
function encodeNarrow<T>(z: u32, tokens: u32, length: u32, end: u32): u32 {
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
    let first = sizeFor(row, left)
    let two = bitsFor<T>(row, load<T>(at, 3 * sizeof<T>()), d, left)
    d = successor(TABLE, row, d, left)
    row = rowOf(TABLE, load<u8>(from, 2))
    left = leaving(row, c)
    let size = sizeFor(row, left)
    two = (two << size) | bitsFor<T>(row, load<T>(at, 2 * sizeof<T>()), c, left)
    c = successor(TABLE, row, c, left)
    used += first + size
    bits = (bits << (first + size)) | two
    to = flush(to, bits, used)
    used &= 7
    row = rowOf(TABLE, load<u8>(from, 1))
    left = leaving(row, b)
    first = sizeFor(row, left)
    two = bitsFor<T>(row, load<T>(at, sizeof<T>()), b, left)
    b = successor(TABLE, row, b, left)
    row = rowOf(TABLE, load<u8>(from))
    left = leaving(row, a)
    size = sizeFor(row, left)
    two = (two << size) | bitsFor<T>(row, load<T>(at), a, left)
    a = successor(TABLE, row, a, left)
    used += first + size
    bits = (bits << (first + size)) | two
    to = flush(to, bits, used)
    used &= 7
  }
  return finish(to, bits, used, end, statesOf(a, b, c, d))
}

/**
 * The same of numbers of 32 bits: the bits of two of them may be more than fit. A loop over single numbers, in which the
 * states move up, is a tenth slower.
 */
function encodeWide(z: u32, tokens: u32, length: u32, end: u32): u32 {
  let to = end
  let bits: u64 = 0
  let used: u32 = 0
  let a = STATES
  let b = STATES
  let c = STATES
  let d = STATES
  let from = tokens + length
  for (let at = z + length * 4; at > z; ) {
    at -= 16
    from -= 4
    let row = rowOf(TABLE, load<u8>(from, 3))
    let left = leaving(row, d)
    let size = sizeFor(row, left)
    bits = (bits << size) | bitsFor<u32>(row, load<u32>(at, 12), d, left)
    d = successor(TABLE, row, d, left)
    used += size
    to = flush(to, bits, used)
    row = rowOf(TABLE, load<u8>(from, 2))
    left = leaving(row, c)
    size = sizeFor(row, left)
    bits = (bits << size) | bitsFor<u32>(row, load<u32>(at, 8), c, left)
    c = successor(TABLE, row, c, left)
    used = (used & 7) + size
    to = flush(to, bits, used)
    row = rowOf(TABLE, load<u8>(from, 1))
    left = leaving(row, b)
    size = sizeFor(row, left)
    bits = (bits << size) | bitsFor<u32>(row, load<u32>(at, 4), b, left)
    b = successor(TABLE, row, b, left)
    used = (used & 7) + size
    to = flush(to, bits, used)
    row = rowOf(TABLE, load<u8>(from))
    left = leaving(row, a)
    size = sizeFor(row, left)
    bits = (bits << size) | bitsFor<u32>(row, load<u32>(at), a, left)
    a = successor(TABLE, row, a, left)
    used = (used & 7) + size
    to = flush(to, bits, used)
    used &= 7
  }
  return finish(to, bits, used, end, statesOf(a, b, c, d))
}

export function encodeDense8(
  z: u32,
  tokens: u32,
  length: u32,
  end: u32
): u32 {
  return encodeNarrow<u8>(z, tokens, length, end)
}

export function encodeDense16(
  z: u32,
  tokens: u32,
  length: u32,
  end: u32
): u32 {
  return encodeNarrow<u16>(z, tokens, length, end)
}

export function encodeDense32(
  z: u32,
  tokens: u32,
  length: u32,
  end: u32
): u32 {
  return encodeWide(z, tokens, length, end)
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
