// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/affine.ts` calls it.
//
// For every element: θ_r + Σ_k λ_k · (θ_k − θ_r), each operation rounded once, in the order of the terms;
// where the sum is 0 the reference as it is. Every function takes a table of addresses of the terms, the
// reference first; as many λ; the number of terms; where the result goes; the bytes of a term, which are read
// and written up to the next multiple of 32. It returns 1 when an element left the finite numbers, for whose
// sake the caller computes the piece in another way.
//
// Each loop takes 32 bytes of every term at a time and keeps the sums in registers.

import { isExceptional, term } from './lanes'

const EXPONENT: i32 = 0x7f80_0000

// @ts-ignore: a decorator
@inline
function accumulate(sum: v128, lambda: v128, value: v128, reference: v128): v128 {
  return f32x4.add(sum, f32x4.mul(lambda, f32x4.sub(value, reference)))
}

// @ts-ignore: a decorator
@inline
function finish(sum: v128, reference: v128): v128 {
  return v128.bitselect(reference, f32x4.add(sum, reference), f32x4.eq(sum, f32x4.splat(0)))
}

/** What an inner loop needs of BF16: an engine keeps in a register what it loads, and makes constants anew. */
const BRAIN_CONSTANTS: usize = memory.data<i32>([
  0xffff_0000, // where a bfloat16 of odd index is
  0x7fff, // just below half of its last place
  1
])

/** To nearest even, in the upper half; the lower one is left over. */
// @ts-ignore: a decorator
@inline
function roundToBrain(values: v128, half: v128, one: v128): v128 {
  return i32x4.add(i32x4.add(values, half), v128.and(i32x4.shr_u(values, 16), one))
}

// @ts-ignore: a decorator
@inline
function packBrain(evens: v128, odds: v128, upper: v128, half: v128, one: v128): v128 {
  return v128.or(
    i32x4.shr_u(roundToBrain(evens, half, one), 16),
    v128.and(roundToBrain(odds, half, one), upper)
  )
}

/** The larger magnitude of each pair of elements, as bits without a sign. */
// @ts-ignore: a decorator
@inline
function largest(a: v128, b: v128): v128 {
  return i32x4.max_u(i32x4.shl(a, 1), i32x4.shl(b, 1))
}

export function affineBF16(terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32): i32 {
  const first = term(terms, 0)
  const upper = v128.load32_splat(BRAIN_CONSTANTS)
  const half = v128.load32_splat(BRAIN_CONSTANTS, 4)
  const one = v128.load32_splat(BRAIN_CONSTANTS, 8)
  let magnitude = i32x4.splat(0)
  for (let at: u32 = 0; at < sizeBytes; at += 32) {
    const low = v128.load(first + at)
    const high = v128.load(first + at, 16)
    const r0 = i32x4.shl(low, 16)
    const r1 = v128.and(low, upper)
    const r2 = i32x4.shl(high, 16)
    const r3 = v128.and(high, upper)
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (let k = 1; k < count; k++) {
      const factor = v128.load32_splat(lambda + (k << 2))
      const from = term(terms, k) + at
      const lower = v128.load(from)
      const higher = v128.load(from, 16)
      s0 = accumulate(s0, factor, i32x4.shl(lower, 16), r0)
      s1 = accumulate(s1, factor, v128.and(lower, upper), r1)
      s2 = accumulate(s2, factor, i32x4.shl(higher, 16), r2)
      s3 = accumulate(s3, factor, v128.and(higher, upper), r3)
    }
    s0 = finish(s0, r0)
    s1 = finish(s1, r1)
    s2 = finish(s2, r2)
    s3 = finish(s3, r3)
    magnitude = i32x4.max_u(magnitude, i32x4.max_u(largest(s0, s1), largest(s2, s3)))
    v128.store(out + at, packBrain(s0, s1, upper, half, one))
    v128.store(out + at, packBrain(s2, s3, upper, half, one), 16)
  }
  return v128.any_true(i32x4.ge_u(magnitude, i32x4.splat(EXPONENT << 1))) ? 1 : 0
}

/** What an inner loop needs of F16: an engine keeps in a register what it loads, and makes constants anew. */
const HALF_CONSTANTS: usize = memory.data<i32>([
  0x8fff_e000, // where sign, exponent and fraction are
  (112 + 127) << 23, // 2¹¹², between the exponents' biases of F16 and F32
  0x7fff_7fff // magnitudes of two halves
])

/** Moves exponent and fraction of a sign-extended half to their places and scales: a product by a power of 2 is exact. */
// @ts-ignore: a decorator
@inline
function widenHalf(half: v128, places: v128, scale: v128): v128 {
  return f32x4.mul(v128.and(i32x4.shl(half, 13), places), scale)
}

/** The larger magnitudes, as bits: infinities and NaN are from 0x7c00 on. */
// @ts-ignore: a decorator
@inline
function larger(most: v128, halves: v128, magnitude: v128): v128 {
  return i16x8.max_u(most, v128.and(halves, magnitude))
}

/** Finite values to nearest even; subnormal ones are rounded by adding ½, whose last bit is F16's. */
// @ts-ignore: a decorator
@inline
function roundToHalf(values: v128): v128 {
  const sign = v128.and(i32x4.shr_u(values, 16), i32x4.splat(0x8000))
  const magnitude = v128.and(values, i32x4.splat(0x7fff_ffff))
  const isOdd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1))
  const carried = i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff - (112 << 23))), isOdd)
  const normal = i32x4.min_u(i32x4.shr_u(carried, 13), i32x4.splat(0x7c00))
  const half = f32x4.splat(0.5)
  const subnormal = i32x4.sub(f32x4.add(magnitude, half), half)
  const isNormal = i32x4.ge_u(magnitude, i32x4.splat(0x3880_0000))
  return v128.or(sign, v128.bitselect(normal, subnormal, isNormal))
}

export function affineF16(terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32): i32 {
  const first = term(terms, 0)
  let exceptions = i32x4.splat(0)
  let most = i16x8.splat(0)
  const places = v128.load32_splat(HALF_CONSTANTS)
  const scale = v128.load32_splat(HALF_CONSTANTS, 4)
  const magnitude = v128.load32_splat(HALF_CONSTANTS, 8)
  for (let at: u32 = 0; at < sizeBytes; at += 32) {
    const low = v128.load(first + at)
    const high = v128.load(first + at, 16)
    most = larger(larger(most, low, magnitude), high, magnitude)
    const r0 = widenHalf(i32x4.extend_low_i16x8_s(low), places, scale)
    const r1 = widenHalf(i32x4.extend_high_i16x8_s(low), places, scale)
    const r2 = widenHalf(i32x4.extend_low_i16x8_s(high), places, scale)
    const r3 = widenHalf(i32x4.extend_high_i16x8_s(high), places, scale)
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (let k = 1; k < count; k++) {
      const factor = v128.load32_splat(lambda + (k << 2))
      const from = term(terms, k) + at
      const one = v128.load(from)
      const two = v128.load(from, 16)
      most = larger(larger(most, one, magnitude), two, magnitude)
      s0 = accumulate(s0, factor, widenHalf(i32x4.extend_low_i16x8_s(one), places, scale), r0)
      s1 = accumulate(s1, factor, widenHalf(i32x4.extend_high_i16x8_s(one), places, scale), r1)
      s2 = accumulate(s2, factor, widenHalf(i32x4.extend_low_i16x8_s(two), places, scale), r2)
      s3 = accumulate(s3, factor, widenHalf(i32x4.extend_high_i16x8_s(two), places, scale), r3)
    }
    s0 = finish(s0, r0)
    s1 = finish(s1, r1)
    s2 = finish(s2, r2)
    s3 = finish(s3, r3)
    exceptions = v128.or(exceptions, v128.or(isExceptional<f32>(s0), isExceptional<f32>(s1)))
    exceptions = v128.or(exceptions, v128.or(isExceptional<f32>(s2), isExceptional<f32>(s3)))
    v128.store(out + at, i16x8.narrow_i32x4_u(roundToHalf(s0), roundToHalf(s1)))
    v128.store(out + at, i16x8.narrow_i32x4_u(roundToHalf(s2), roundToHalf(s3)), 16)
  }
  const isSpecial = i16x8.ge_u(most, i16x8.splat(0x7c00))
  return v128.any_true(v128.or(exceptions, isSpecial)) ? 1 : 0
}

export function affineF32(terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32): i32 {
  const first = term(terms, 0)
  let exceptions = i32x4.splat(0)
  for (let at: u32 = 0; at < sizeBytes; at += 32) {
    const r0 = v128.load(first + at)
    const r1 = v128.load(first + at, 16)
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    for (let k = 1; k < count; k++) {
      const factor = v128.load32_splat(lambda + (k << 2))
      const from = term(terms, k) + at
      s0 = accumulate(s0, factor, v128.load(from), r0)
      s1 = accumulate(s1, factor, v128.load(from, 16), r1)
    }
    s0 = finish(s0, r0)
    s1 = finish(s1, r1)
    exceptions = v128.or(exceptions, v128.or(isExceptional<f32>(s0), isExceptional<f32>(s1)))
    v128.store(out + at, s0)
    v128.store(out + at, s1, 16)
  }
  return v128.any_true(exceptions) ? 1 : 0
}

/** The same in f64, λ too. */
export function affineF64(terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32): i32 {
  const first = term(terms, 0)
  let exceptions = i64x2.splat(0)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const reference = v128.load(first + at)
    let sum = f64x2.splat(0)
    for (let k = 1; k < count; k++) {
      const difference = f64x2.sub(v128.load(term(terms, k) + at), reference)
      sum = f64x2.add(sum, f64x2.mul(v128.load64_splat(lambda + (k << 3)), difference))
    }
    const isUnchanged = f64x2.eq(sum, f64x2.splat(0))
    const result = v128.bitselect(reference, f64x2.add(sum, reference), isUnchanged)
    exceptions = v128.or(exceptions, isExceptional<f64>(result))
    v128.store(out + at, result)
  }
  return v128.any_true(exceptions) ? 1 : 0
}
