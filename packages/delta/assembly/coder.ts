// What the kernels of the entropy coder share: tokens, and the pieces of a tabled asymmetric numeral system
// (tANS: J. Duda, arXiv 1311.2540).
//
// A number is a token and the bits that the token leaves open: its position and its three highest bits below
// the leading one are the token; numbers below 16 are tokens of their own.

/** Bits of a state, and so the precision of a table: its counts sum to 2¹¹. */
export const STATE_BITS: u32 = 11
export const STATES: u32 = 1 << STATE_BITS

/** Where the tables lie, of numbers and of gaps: `src/kernels.ts` leaves 10 bytes a state there for each. */
export const TABLE: u32 = 8192
export const GAP_TABLE: u32 = TABLE + STATES * 10

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

// A decoder's table is rows of one field each: to load a field costs less than to take it out of a wider one. A state
// is the address of its field in the first row, so twice its number from there. Masks of the bits that lead to the
// next state are doubled with it; a window therefore begins one bit before those that are to be read.

/** The lowest state that may follow is the first row; then what of a window to add to it. */
const MASKS: u32 = STATES * 2
/** One more than the bits of a window that lead to the next state; behind it how many a number takes in all. */
const SIZES: u32 = STATES * 4
/** The open bits of numbers up to 16 bits. */
const OPEN_MASKS: u32 = STATES * 6
/** The token's least number, of up to 16 bits or of 32. */
const LEAST: u32 = STATES * 8
const WIDE_LEAST: u32 = STATES * 6

/** A decoder's state of this number. */
// @ts-ignore: a decorator
@inline
export function stateOf(table: u32, number: u64): u32 {
  return table + ((<u32>number & (STATES - 1)) << 1)
}

/** Writes the fields of a state; `next` is the lowest number that may follow. */
// @ts-ignore: a decorator
@inline
export function writeState(
  table: u32,
  state: u32,
  next: u32,
  stateBits: u32,
  open: u32,
  least: u32,
  isNarrow: bool
): void {
  store<u16>(state, table + (next << 1))
  store<u16>(state, mask(stateBits) << 1, MASKS)
  store<u16>(state, (stateBits + 1) | ((stateBits + open) << 8), SIZES)
  if (isNarrow) {
    store<u16>(state, mask(open), OPEN_MASKS)
    store<u16>(state, least, LEAST)
  } else {
    store<u32>(state + (state - table), least, WIDE_LEAST)
  }
}

/** Bits that a number takes. */
// @ts-ignore: a decorator
@inline
export function bitsOf(state: u32): u32 {
  return load<u8>(state, SIZES + 1)
}

/** The state that follows, with the bits at the bottom of the window. */
// @ts-ignore: a decorator
@inline
export function follow(state: u32, bits: u64): u32 {
  return load<u16>(state) + (<u32>bits & load<u16>(state, MASKS))
}

/** A number of up to 16 bits, with the bits above those of the state. */
// @ts-ignore: a decorator
@inline
export function narrowNumber(state: u32, bits: u64): u32 {
  const open = <u32>bits >> load<u8>(state, SIZES)
  return load<u16>(state, LEAST) + (open & load<u16>(state, OPEN_MASKS))
}

/** A number of up to 32 bits. */
// @ts-ignore: a decorator
@inline
export function wideNumber(table: u32, state: u32, bits: u64): u32 {
  const shift: u32 = load<u8>(state, SIZES)
  const open = <u32>(bits >> shift) & mask(bitsOf(state) + 1 - shift)
  return load<u32>(state + (state - table), WIDE_LEAST) + open
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
