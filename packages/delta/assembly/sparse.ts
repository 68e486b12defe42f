// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels.ts` calls it.
//
// Rows of numbers most of which are 0, as a list: before each other number how many zeros, then the number less
// one. Gaps and numbers have a table and a state of their own.

import {
  bitsFor,
  bitsOf,
  follow,
  GAP_TABLE,
  leaving,
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

/** Lists the gaps and the numbers less one, 32 bits each; both lists have room for one more than there are. */
// @ts-ignore: a decorator
@inline
function list<T>(z: u32, length: u32, gaps: u32, numbers: u32): void {
  const end = z + length * sizeof<T>()
  let from = z
  let listed: u32 = 0
  for (let at = z; at < end; ) {
    if (at + 16 <= end && !v128.any_true(v128.load(at))) {
      at += 16
      continue
    }
    const stop = min(at + 16, end)
    for (; at < stop; at += sizeof<T>()) {
      const value = <u32>load<T>(at)
      store<u32>(gaps + listed, (at - from) / sizeof<T>())
      store<u32>(numbers + listed, value - 1)
      const isListed = value !== 0
      from = select(at + sizeof<T>(), from, isListed)
      listed += select<u32>(4, 0, isListed)
    }
  }
}

export function list8(z: u32, length: u32, gaps: u32, numbers: u32): void {
  list<u8>(z, length, gaps, numbers)
}

export function list16(z: u32, length: u32, gaps: u32, numbers: u32): void {
  list<u16>(z, length, gaps, numbers)
}

export function list32(z: u32, length: u32, gaps: u32, numbers: u32): void {
  list<u32>(z, length, gaps, numbers)
}

/** Writes a stream that ends at `end`: the states of gaps and of numbers, then what each pair adds. @returns its bits */
export function encodeSparse(
  gaps: u32,
  gapTokens: u32,
  numbers: u32,
  tokens: u32,
  listed: u32,
  end: u32
): u32 {
  let to = end
  let bits: u64 = 0
  let used: u32 = 0
  let gapState = STATES
  let state = STATES
  for (let i = listed; i > 0; ) {
    i--
    let row = rowOf(TABLE, load<u8>(tokens + i))
    let left = leaving(row, state)
    let size = sizeFor(row, left)
    bits = (bits << size) | bitsFor<u32>(row, load<u32>(numbers + (i << 2)), state, left)
    used += size
    state = successor(TABLE, row, state, left)
    store<u64>(to - 8, bits << (64 - used))
    to -= used >> 3
    used &= 7
    row = rowOf(GAP_TABLE, load<u8>(gapTokens + i))
    left = leaving(row, gapState)
    size = sizeFor(row, left)
    bits = (bits << size) | bitsFor<u32>(row, load<u32>(gaps + (i << 2)), gapState, left)
    used += size
    gapState = successor(GAP_TABLE, row, gapState, left)
    store<u64>(to - 8, bits << (64 - used))
    to -= used >> 3
    used &= 7
  }
  bits = (bits << STATE_BITS) | (state - STATES)
  bits = (bits << STATE_BITS) | (gapState - STATES)
  used += 2 * STATE_BITS
  store<u64>(to - 8, bits << (64 - used))
  return ((end - to) << 3) + used
}

/**
 * Reads a stream from its bit `begin` to its bit `end`, and fewer than SLACK_BYTES of `src/kernels.ts` behind, into a row of
 * zeros.
 *
 * @returns 0 when it ended there, as an encoder would have ended it
 */
// @ts-ignore: a decorator
@inline
function decode<T>(
  from: u32,
  begin: u32,
  end: u32,
  listed: u32,
  z: u32,
  length: u32
): u32 {
  let bits = window(from, begin)
  let gapState = stateOf(GAP_TABLE, bits)
  let state = stateOf(TABLE, bits >> STATE_BITS)
  let bit = begin + 2 * STATE_BITS - 1
  let place: u32 = 0
  for (; listed > 0; listed--) {
    if (bit >= end) return 1
    bits = window(from, bit)
    // A gap is below 2²⁰, for the caller has checked the table, so this can't overflow.
    place += wideNumber(GAP_TABLE, gapState, bits)
    if (place >= length) return 1
    bit += bitsOf(gapState)
    gapState = follow(gapState, bits)
    bits = window(from, bit)
    store<T>(z + place * sizeof<T>(), <T>(wideNumber(TABLE, state, bits) + 1))
    bit += bitsOf(state)
    state = follow(state, bits)
    place++
  }
  return ((bit + 1) ^ end) | (gapState - GAP_TABLE) | (state - TABLE)
}

export function decodeSparse8(
  from: u32,
  begin: u32,
  end: u32,
  listed: u32,
  z: u32,
  length: u32
): u32 {
  return decode<u8>(from, begin, end, listed, z, length)
}

export function decodeSparse16(
  from: u32,
  begin: u32,
  end: u32,
  listed: u32,
  z: u32,
  length: u32
): u32 {
  return decode<u16>(from, begin, end, listed, z, length)
}

export function decodeSparse32(
  from: u32,
  begin: u32,
  end: u32,
  listed: u32,
  z: u32,
  length: u32
): u32 {
  return decode<u32>(from, begin, end, listed, z, length)
}
