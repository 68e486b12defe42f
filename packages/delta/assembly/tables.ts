// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels.ts` calls it.
//
// The tables of the entropy coder. `counts` are 256 numbers of 16 bits, one for each token, that sum to 2¹¹: the
// caller has checked that.

import { rowOf, STATE_BITS, STATES, TOKENS_BYTES, writeState } from './coder'

/** Odd, so that every state comes once; near 5/8 of all, so that a token's states lie far from one another. */
const STRIDE: u32 = (STATES >> 1) + (STATES >> 3) + 3

// @ts-ignore: a decorator
@inline
function countOf(counts: u32, token: u32): u32 {
  return load<u16>(counts + (token << 1))
}

// @ts-ignore: a decorator
@inline
function highestBit(value: u32): u32 {
  return 31 - clz<u32>(value)
}

/** Open bits of a token's numbers. */
function openOf(token: u32): u32 {
  return token < 16 ? 0 : (token >> 3) - 1
}

/** Its least number. */
function leastOf(token: u32): u32 {
  return (token - (openOf(token) << 3)) << openOf(token)
}

/** Deals the states out to the tokens: a byte for each state. */
function deal(counts: u32, dealt: u32): void {
  let state: u32 = 0
  for (let token: u32 = 0; token < 256; token++) {
    for (let n = countOf(counts, token); n > 0; n--) {
      store<u8>(dealt + state, token)
      state = (state + STRIDE) & (STATES - 1)
    }
  }
}

/** Makes a decoder's table, 10 bytes for a state; `dealt` takes 2¹¹ bytes, `counts` are used up. */
export function makeDecoder(counts: u32, dealt: u32, table: u32, isNarrow: bool): void {
  deal(counts, dealt)
  for (let state: u32 = 0; state < STATES; state++) {
    const token: u32 = load<u8>(dealt + state)
    const next = countOf(counts, token)
    store<u16>(counts + (token << 1), next + 1)
    const bits = STATE_BITS - highestBit(next)
    const first = (next << bits) - STATES
    writeState(table, table + (state << 1), first, bits, openOf(token), leastOf(token), isNarrow)
  }
}

/** Makes an encoder's table, 4 KiB of tokens and 4 KiB of states; `dealt` takes 2¹¹ bytes, `counts` are used up. */
export function makeEncoder(counts: u32, dealt: u32, table: u32): void {
  deal(counts, dealt)
  let before: u32 = 0
  for (let token: u32 = 0; token < 256; token++) {
    const count = countOf(counts, token)
    if (count === 0) continue
    const most = STATE_BITS - (count === 1 ? 0 : highestBit(count - 1))
    const row = rowOf(table, token)
    store<u32>(row, (most << 16) - (count << most))
    store<u32>(row, before - count, 4)
    store<u32>(row, leastOf(token), 8)
    store<u32>(row, openOf(token), 12)
    store<u16>(counts + (token << 1), before)
    before += count
  }
  for (let state: u32 = 0; state < STATES; state++) {
    const token: u32 = load<u8>(dealt + state)
    const at = countOf(counts, token)
    store<u16>(counts + (token << 1), at + 1)
    store<u16>(table + (at << 1), STATES + state, TOKENS_BYTES)
  }
}
