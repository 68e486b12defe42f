// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels.ts` calls it.
//
// What is asked of a row before it is encoded: how many of its numbers are 0, the token of each, how often each comes.
// Rows are of any length.

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
