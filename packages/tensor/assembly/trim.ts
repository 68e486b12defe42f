// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/trim.ts` calls it.
//
// Magnitudes are compared as integers: |x| without its sign bit. A NaN counts as the quiet one, above infinity.
import { difference, isSame, quiet } from './lanes'

/** |value − base| as bits. */
// @ts-ignore: a decorator
@inline
function magnitude<T>(value: v128, base: v128): v128 {
  const change = quiet<T>(difference<T>(value, base))
  if (sizeof<T>() == 4) return v128.and(change, i32x4.splat(0x7fff_ffff))
  return v128.and(change, i64x2.splat(0x7fff_ffff_ffff_ffff))
}

// @ts-ignore: a decorator
@inline
function count(digit: u32, histogram: u32): void {
  const at = histogram + (digit << 2)
  store<u32>(at, load<u32>(at) + 1)
}

/** Counts the lanes' upper digits. */
// @ts-ignore: a decorator
@inline
function countUpper(bits: v128, histogram: u32): void {
  const digits = i32x4.shr_u(bits, 16)
  count(<u32>i32x4.extract_lane(digits, 0), histogram)
  count(<u32>i32x4.extract_lane(digits, 1), histogram)
  count(<u32>i32x4.extract_lane(digits, 2), histogram)
  count(<u32>i32x4.extract_lane(digits, 3), histogram)
}

/** Counts the lower digits of those magnitudes whose upper one is the prefix. */
// @ts-ignore: a decorator
@inline
function countLower(bits: v128, prefix: v128, histogram: u32): void {
  const lanes = i32x4.bitmask(i32x4.eq(i32x4.shr_u(bits, 16), prefix))
  if (lanes == 0) return // as of nearly all
  const digits = v128.and(bits, i32x4.splat(0xffff))
  if (lanes & 1) count(<u32>i32x4.extract_lane(digits, 0), histogram)
  if (lanes & 2) count(<u32>i32x4.extract_lane(digits, 1), histogram)
  if (lanes & 4) count(<u32>i32x4.extract_lane(digits, 2), histogram)
  if (lanes & 8) count(<u32>i32x4.extract_lane(digits, 3), histogram)
}

/**
 * Digits have 16 bits; an f32 has two, at shifts of 16 and 0. Magnitudes of 0 are counted as well, for branches cost
 * more, and taken off in the end.
 */
export function countMagnitudesF32(
  values: u32, base: u32, sizeBytes: u32, prefix: f64, shift: i32, histogram: u32
): void {
  const upper = i32x4.splat(<i32>prefix)
  let zeros = i32x4.splat(0)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const bits = magnitude<f32>(v128.load(values + at), v128.load(base + at))
    if (!v128.any_true(bits)) continue
    zeros = i32x4.sub(zeros, i32x4.eq(bits, i32x4.splat(0)))
    if (shift != 0) countUpper(bits, histogram)
    else countLower(bits, upper, histogram)
  }
  if (shift == 0 && prefix != 0) return
  const left = i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1)
  const right = i32x4.extract_lane(zeros, 2) + i32x4.extract_lane(zeros, 3)
  store<u32>(histogram, load<u32>(histogram) - left - right)
}

/** Counts one digit of an f64's four, unless it is 0 or its digits above are others. */
// @ts-ignore: a decorator
@inline
function countOne(bits: u64, prefix: u64, shift: u64, histogram: u32): void {
  // In two steps: nothing is left above the top digit.
  if (bits == 0 || bits >>> shift >>> 16 != prefix) return
  count(<u32>(bits >>> shift) & 0xffff, histogram)
}

export function countMagnitudesF64(
  values: u32, base: u32, sizeBytes: u32, prefix: f64, shift: i32, histogram: u32
): void {
  const digits = <u64>prefix
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const bits = magnitude<f64>(v128.load(values + at), v128.load(base + at))
    countOne(<u64>i64x2.extract_lane(bits, 0), digits, <u64>shift, histogram)
    countOne(<u64>i64x2.extract_lane(bits, 1), digits, <u64>shift, histogram)
  }
}

/** The first lanes, as many as may be kept. */
// @ts-ignore: a decorator
@inline
function firstLanes<T>(lanes: v128, most: i32): v128 {
  let kept = v128.splat<T>(0)
  let left = most
  if (sizeof<T>() == 4) {
    if (left > 0 && i32x4.extract_lane(lanes, 0)) { kept = i32x4.replace_lane(kept, 0, -1); left-- }
    if (left > 0 && i32x4.extract_lane(lanes, 1)) { kept = i32x4.replace_lane(kept, 1, -1); left-- }
    if (left > 0 && i32x4.extract_lane(lanes, 2)) { kept = i32x4.replace_lane(kept, 2, -1); left-- }
    if (left > 0 && i32x4.extract_lane(lanes, 3)) { kept = i32x4.replace_lane(kept, 3, -1) }
  } else {
    if (left > 0 && i64x2.extract_lane(lanes, 0)) { kept = i64x2.replace_lane(kept, 0, -1); left-- }
    if (left > 0 && i64x2.extract_lane(lanes, 1)) { kept = i64x2.replace_lane(kept, 1, -1) }
  }
  return kept
}

// @ts-ignore: a decorator
@inline
function trim<T>(values: u32, base: u32, sizeBytes: u32, threshold: f64, ties: f64): f64 {
  // As in magnitude(): the difference to 0 is the threshold itself.
  const least = magnitude<T>(v128.splat<T>(<T>threshold), v128.splat<T>(0))
  let left = <i64>ties
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const value = v128.load(values + at)
    const reference = v128.load(base + at)
    const bits = magnitude<T>(value, reference)
    const above = sizeof<T>() == 4 ? i32x4.gt_s(bits, least) : i64x2.gt_s(bits, least)
    let equal = isSame<T>(bits, least)
    if (left == 0) equal = v128.splat<T>(0)
    else {
      const found = popcnt(sizeof<T>() == 4 ? i32x4.bitmask(equal) : i64x2.bitmask(equal))
      if (left < <i64>found) equal = firstLanes<T>(equal, <i32>left)
      left = max<i64>(0, left - found)
    }
    v128.store(values + at, v128.bitselect(value, reference, v128.or(above, equal)))
  }
  return <f64>left
}

export function trimF32(values: u32, base: u32, sizeBytes: u32, threshold: f64, ties: f64): f64 {
  return trim<f32>(values, base, sizeBytes, threshold, ties)
}

export function trimF64(values: u32, base: u32, sizeBytes: u32, threshold: f64, ties: f64): f64 {
  return trim<f64>(values, base, sizeBytes, threshold, ties)
}
