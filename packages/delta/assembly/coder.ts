// What the kernels of the entropy coder share: tokens, and the pieces of a tabled asymmetric numeral system
// (tANS: J. Duda, arXiv 1311.2540).
//
// A number is a token and the bits that the token leaves open: its position and its three highest bits below
// the leading one are the token; numbers below 16 are tokens of their own.

/** Bits of a state, and so the precision of a table: its counts sum to 2¹¹. */
export const STATE_BITS: u32 = 11
export const STATES: u32 = 1 << STATE_BITS

/** Where the tables lie, of numbers and of gaps: `src/kernels.ts` leaves 16 KiB there for each. */
export const TABLE: u32 = 8192
export const GAP_TABLE: u32 = TABLE + STATES * 8

/** The `bits` lowest bits. */
// @ts-ignore: a decorator
@inline
export function mask(bits: u32): u32 {
  return (1 << bits) - 1
}

/** At least 57 bits of a stream from a bit on. Reads 8 bytes. */
// @ts-ignore: a decorator
@inline
export function window(from: u32, bit: u32): u64 {
  return load<u64>(from + (bit >> 3)) >> (<u64>(bit & 7))
}

// An entry of a decoder's table, 64 bits for a state: from the lowest on, 11 bits of the lowest state that may
// follow, 11 of a mask for what to add to it, 6 with how many bits a number takes in all, 4 with how many of these
// the state takes. Of numbers up to 16 bits, there follow a mask of the open bits and the token's least number; of
// larger ones the least number alone.

export function packEntry(
  state: u32,
  stateBits: u32,
  open: u32,
  least: u32,
  isNarrow: bool
): u64 {
  const low = state | (mask(stateBits) << 11) | ((stateBits + open) << 22) | (stateBits << 28)
  const high = isNarrow ? mask(open) | (least << 16) : least
  return <u64>low | (<u64>high << 32)
}

// @ts-ignore: a decorator
@inline
export function entryOf(table: u32, state: u32): u64 {
  return load<u64>(table + (state << 3))
}

/** Bits that a number takes. */
// @ts-ignore: a decorator
@inline
export function bitsOf(entry: u64): u32 {
  return (<u32>entry >> 22) & 63
}

/** The state that follows, with the bits at the bottom of the window. */
// @ts-ignore: a decorator
@inline
export function follow(entry: u64, bits: u64): u32 {
  return (<u32>entry & (STATES - 1)) + (<u32>bits & ((<u32>entry >> 11) & (STATES - 1)))
}

/** The number, with the bits above those of the state; T is as wide as it may be. */
// @ts-ignore: a decorator
@inline
export function numberOf<T>(entry: u64, bits: u64): T {
  const stateBits = <u32>entry >> 28
  const high = <u32>(entry >> 32)
  const open = <u32>(bits >> stateBits)
  if (sizeof<T>() < 4) return <T>((high >> 16) + (open & (high & 0xffff)))
  return <T>(high + (open & mask(bitsOf(entry) - stateBits)))
}

// An encoder's table: 16 bytes for each token, with what to add to a state for the number of bits that leave it
// (times 2¹⁶), what to add to the rest of the state for the index of its successor, the token's least number, its
// open bits; then the successors, 16 bits each. An encoder's state is a decoder's plus 2¹¹.

/** Bytes of the tokens' part. */
export const TOKENS_BYTES: u32 = 256 * 16

// @ts-ignore: a decorator
@inline
export function rowOf(table: u32, token: u32): u32 {
  return table + (token << 4)
}

/** How many bits leave a state. */
// @ts-ignore: a decorator
@inline
export function leaving(row: u32, state: u32): u32 {
  return (state + load<u32>(row)) >> 16
}

/** The bits of a number: the open ones above those that leave the state. */
// @ts-ignore: a decorator
@inline
export function bitsFor<T>(row: u32, value: T, state: u32, left: u32): u64 {
  const open = <u32>value - load<u32>(row, 8)
  const rest = state >> left
  // Numbers of 16 bits take 23 bits: the multiples of 2^left can be added as one.
  if (sizeof<T>() < 4) return <u64>(((open - rest) << left) + state)
  return (<u64>open << left) | <u64>(state - (rest << left))
}

/** How many those are. */
// @ts-ignore: a decorator
@inline
export function sizeFor(row: u32, left: u32): u32 {
  return left + load<u32>(row, 12)
}

// @ts-ignore: a decorator
@inline
export function successor(table: u32, row: u32, state: u32, left: u32): u32 {
  const index = (state >> left) + load<u32>(row, 4)
  return load<u16>(table + (index << 1), TOKENS_BYTES)
}
