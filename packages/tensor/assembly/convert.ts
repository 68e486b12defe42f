// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/convert.ts` calls it.
//
// Conversions between the dtypes and f32: `decode` widens (F64 is rounded), `encode` rounds once, to nearest
// even. Elements are taken by 16 bytes of the narrower dtype; what lies behind the last one is overwritten up to a
// multiple of that. NaN are handled as bits: what an engine makes of one in arithmetic is its own choice. A NaN that
// a narrower dtype can't hold becomes its quiet one; payloads are kept where there is room.
import { quiet } from './lanes'

const QUIET: i32 = 0x7fc0_0000

/** Constants of the loops: to load one takes one instruction, to make it several. */
const CONSTANTS: usize = memory.data<i32>([
  0x8000_0000, // the sign
  0x7fff_ffff, // the magnitude
  0x7f80_0000, // infinity
  0x0fff_ffff, // exponent of 5 bits and fraction
  31 << 23, // the largest exponent of 5 bits
  (112 + 127) << 23, // 2¹¹², between the biases of 15 and of f32
  0x7f_ffff, // the fraction
  0x7fff // what rounding adds to half of the bits
])

// @ts-ignore: a decorator
@inline
function constant(index: i32): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2))
}

// @ts-ignore: a decorator
@inline
function magnitudeOf(bits: v128): v128 {
  return v128.and(bits, constant(1))
}

/** All bits where a magnitude is that of a NaN. */
// @ts-ignore: a decorator
@inline
function isNanMagnitude(magnitude: v128): v128 {
  return i32x4.gt_s(magnitude, constant(2))
}

// @ts-ignore: a decorator
@inline
function signBit(bits: v128): v128 {
  return v128.and(bits, constant(0))
}

export function decodeBF16(from: u32, to: u32, length: u32): void {
  const end = to + (length << 2)
  for (; to < end; to += 32, from += 16) {
    const pairs = v128.load(from)
    v128.store(to, i32x4.shl(i32x4.extend_low_i16x8_u(pairs), 16))
    v128.store(to, i32x4.shl(i32x4.extend_high_i16x8_u(pairs), 16), 16)
  }
}

/** The upper half, rounded; a NaN whose payload lies in the lower half alone becomes a quiet one. */
// @ts-ignore: a decorator
@inline
function narrowToBrain(bits: v128): v128 {
  const upper = i32x4.shr_u(bits, 16)
  const isOdd = v128.and(upper, i32x4.splat(1))
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(bits, constant(7)), isOdd), 16)
  const isNan = isNanMagnitude(magnitudeOf(bits))
  const isEmpty = i32x4.eq(v128.and(upper, i32x4.splat(127)), i32x4.splat(0))
  const nan = v128.or(upper, v128.and(isEmpty, i32x4.splat(64)))
  return v128.bitselect(nan, rounded, isNan)
}

export function encodeBF16(from: u32, to: u32, length: u32): void {
  const end = to + (length << 1)
  for (; to < end; to += 16, from += 32) {
    const low = narrowToBrain(v128.load(from))
    v128.store(to, i16x8.narrow_i32x4_u(low, narrowToBrain(v128.load(from, 16))))
  }
}

/** Exponent and fraction at f32's places, times 2^by: exact, subnormal numbers too. */
// @ts-ignore: a decorator
@inline
function scaled(moved: v128, by: i32): v128 {
  return f32x4.mul(moved, i32x4.splat((by + 127) << 23))
}

/** From the bits of an IEEE 754 format of 5 bits of exponent, whose largest stands for infinities and NaN. */
// @ts-ignore: a decorator
@inline
function widen(bits: v128, signAt: i32): v128 {
  const sign = signBit(i32x4.shl(bits, 31 - signAt))
  const moved = v128.and(i32x4.shl(bits, 28 - signAt), constant(3))
  const isSpecial = i32x4.ge_s(moved, constant(4))
  const exponent = v128.and(isSpecial, constant(2))
  return v128.or(v128.or(f32x4.mul(moved, constant(5)), exponent), sign)
}

/** A finite magnitude in units of the target's last place, to nearest even; carries go into the exponent. */
// @ts-ignore: a decorator
@inline
function rounded(magnitude: v128, fractionBits: i32, bias: i32): v128 {
  const dropped = 23 - fractionBits
  const isOdd = v128.and(i32x4.shr_u(magnitude, dropped), i32x4.splat(1))
  const half = (1 << (dropped - 1)) - 1 - ((127 - bias) << 23)
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, i32x4.splat(half)), isOdd), dropped)
  // The last bit of this number has the target's least value: adding it rounds.
  const unit = i32x4.splat((24 - bias - fractionBits + 127) << 23)
  const subnormal = i32x4.sub(f32x4.add(magnitude, unit), unit)
  const isNormal = i32x4.ge_s(magnitude, i32x4.splat((128 - bias) << 23))
  return v128.bitselect(normal, subnormal, isNormal)
}

/** To an IEEE 754 format of 5 bits of exponent. */
// @ts-ignore: a decorator
@inline
function narrow(bits: v128, fractionBits: i32): v128 {
  const sign = i32x4.shl(i32x4.shr_u(bits, 31), fractionBits + 5)
  const magnitude = magnitudeOf(bits)
  const infinity = i32x4.splat(31 << fractionBits)
  const number = i32x4.min_u(rounded(magnitude, fractionBits, 15), infinity)
  const payload = i32x4.shr_u(v128.and(bits, constant(6)), 23 - fractionBits)
  const isEmpty = i32x4.eq(payload, i32x4.splat(0))
  const quietBit = v128.and(isEmpty, i32x4.splat(1 << (fractionBits - 1)))
  const nan = v128.or(v128.or(payload, quietBit), infinity)
  const isNan = isNanMagnitude(magnitude)
  return v128.or(sign, v128.bitselect(nan, number, isNan))
}

export function decodeF16(from: u32, to: u32, length: u32): void {
  const end = to + (length << 2)
  for (; to < end; to += 32, from += 16) {
    const halves = v128.load(from)
    v128.store(to, widen(i32x4.extend_low_i16x8_u(halves), 15))
    v128.store(to, widen(i32x4.extend_high_i16x8_u(halves), 15), 16)
  }
}

export function encodeF16(from: u32, to: u32, length: u32): void {
  const end = to + (length << 1)
  for (; to < end; to += 16, from += 32) {
    const low = narrow(v128.load(from), 10)
    v128.store(to, i16x8.narrow_i32x4_u(low, narrow(v128.load(from, 16), 10)))
  }
}

const E5M2: i32 = 0
const E4M3: i32 = 1
const E5M2FNUZ: i32 = 2
const E4M3FNUZ: i32 = 3

/** E4M3 has no infinity; all ones is NaN. Its largest number is 448. */
// @ts-ignore: a decorator
@inline
function widenE4M3(bits: v128): v128 {
  const low = v128.and(bits, i32x4.splat(0x7f))
  const isNan = i32x4.eq(low, i32x4.splat(0x7f))
  const number = scaled(i32x4.shl(low, 20), 120)
  return v128.or(signBit(i32x4.shl(bits, 24)), v128.bitselect(i32x4.splat(QUIET), number, isNan))
}

/** FNUZ: finite, one NaN (the bits of −0), one zero, the bias one larger. */
// @ts-ignore: a decorator
@inline
function widenUnsignedZero(bits: v128, shift: i32, by: i32): v128 {
  const number = scaled(i32x4.shl(v128.and(bits, i32x4.splat(0x7f)), shift), by)
  const isNan = i32x4.eq(bits, i32x4.splat(0x80))
  const signed = v128.or(signBit(i32x4.shl(bits, 24)), number)
  return v128.bitselect(i32x4.splat(QUIET), signed, isNan)
}

// @ts-ignore: a decorator
@inline
function widenByte(bits: v128, format: i32): v128 {
  if (format == E5M2) return widen(bits, 7)
  if (format == E4M3) return widenE4M3(bits)
  return format == E5M2FNUZ ? widenUnsignedZero(bits, 21, 111) : widenUnsignedZero(bits, 20, 119)
}

// @ts-ignore: a decorator
@inline
function decodeBytes(from: u32, to: u32, length: u32, format: i32): void {
  const end = to + (length << 2)
  for (; to < end; to += 64, from += 16) {
    const bytes = v128.load(from)
    const low = i16x8.extend_low_i8x16_u(bytes)
    const high = i16x8.extend_high_i8x16_u(bytes)
    v128.store(to, widenByte(i32x4.extend_low_i16x8_u(low), format))
    v128.store(to, widenByte(i32x4.extend_high_i16x8_u(low), format), 16)
    v128.store(to, widenByte(i32x4.extend_low_i16x8_u(high), format), 32)
    v128.store(to, widenByte(i32x4.extend_high_i16x8_u(high), format), 48)
  }
}

/** What would round above 448 becomes NaN, as do infinities. */
// @ts-ignore: a decorator
@inline
function narrowE4M3(bits: v128): v128 {
  const magnitude = magnitudeOf(bits)
  const value = i32x4.min_u(rounded(magnitude, 3, 7), i32x4.splat(0x7f))
  return v128.or(i32x4.shl(i32x4.shr_u(bits, 31), 7), value)
}

// @ts-ignore: a decorator
@inline
function narrowUnsignedZero(bits: v128, fractionBits: i32, bias: i32): v128 {
  const magnitude = magnitudeOf(bits)
  const value = rounded(magnitude, fractionBits, bias)
  const sign = i32x4.shl(i32x4.shr_u(bits, 31), 7)
  const isZero = i32x4.eq(value, i32x4.splat(0))
  const isTooLarge = i32x4.gt_u(value, i32x4.splat(0x7f))
  const signed = v128.or(value, v128.andnot(sign, isZero))
  return v128.bitselect(i32x4.splat(0x80), signed, isTooLarge)
}

// @ts-ignore: a decorator
@inline
function narrowByte(from: u32, format: i32): v128 {
  const bits = v128.load(from)
  if (format == E5M2) return narrow(bits, 2)
  if (format == E4M3) return narrowE4M3(bits)
  return format == E5M2FNUZ ? narrowUnsignedZero(bits, 2, 16) : narrowUnsignedZero(bits, 3, 8)
}

// @ts-ignore: a decorator
@inline
function encodeBytes(from: u32, to: u32, length: u32, format: i32): void {
  const end = to + length
  for (; to < end; to += 16, from += 64) {
    const low = i16x8.narrow_i32x4_u(narrowByte(from, format), narrowByte(from + 16, format))
    const high = i16x8.narrow_i32x4_u(narrowByte(from + 32, format), narrowByte(from + 48, format))
    v128.store(to, i8x16.narrow_i16x8_u(low, high))
  }
}

export function decodeF8_E5M2(from: u32, to: u32, length: u32): void {
  decodeBytes(from, to, length, E5M2)
}

export function encodeF8_E5M2(from: u32, to: u32, length: u32): void {
  encodeBytes(from, to, length, E5M2)
}

export function decodeF8_E4M3(from: u32, to: u32, length: u32): void {
  decodeBytes(from, to, length, E4M3)
}

export function encodeF8_E4M3(from: u32, to: u32, length: u32): void {
  encodeBytes(from, to, length, E4M3)
}

export function decodeF8_E5M2FNUZ(from: u32, to: u32, length: u32): void {
  decodeBytes(from, to, length, E5M2FNUZ)
}

export function encodeF8_E5M2FNUZ(from: u32, to: u32, length: u32): void {
  encodeBytes(from, to, length, E5M2FNUZ)
}

export function decodeF8_E4M3FNUZ(from: u32, to: u32, length: u32): void {
  decodeBytes(from, to, length, E4M3FNUZ)
}

export function encodeF8_E4M3FNUZ(from: u32, to: u32, length: u32): void {
  encodeBytes(from, to, length, E4M3FNUZ)
}

/** Rounded to f32; every NaN becomes the positive quiet one. */
export function decodeF64(from: u32, to: u32, length: u32): void {
  const end = to + (length << 2)
  for (; to < end; to += 16, from += 32) {
    const low = f32x4.demote_f64x2_zero(v128.load(from))
    const high = f32x4.demote_f64x2_zero(v128.load(from, 16))
    v128.store(to, quiet<f32>(v128.shuffle<i64>(low, high, 0, 2)))
  }
}

export function encodeF64(from: u32, to: u32, length: u32): void {
  const end = to + (length << 3)
  for (; to < end; to += 32, from += 16) {
    const values = v128.load(from)
    v128.store(to, quiet<f64>(f64x2.promote_low_f32x4(values)))
    v128.store(to, quiet<f64>(f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 0))), 16)
  }
}
