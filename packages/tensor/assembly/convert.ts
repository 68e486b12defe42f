// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/convert.ts` calls it.
//
// Conversions between the dtypes and f32: `decode` widens (F64 is rounded), `encode` rounds once, to nearest
// even. Elements are handled one by one, as bits: what an engine makes of a NaN in arithmetic is its own choice.
// A NaN that a narrower dtype can't hold becomes its quiet one; payloads are kept where there is room.

export function decodeBF16(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u32>(to + (i << 2), (<u32>load<u16>(from + (i << 1))) << 16)
  }
}

export function encodeBF16(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u16>(to + (i << 1), <u16>roundToBrain(load<u32>(from + (i << 2))))
  }
}

/** The upper half, rounded; a NaN whose payload lies in the lower half alone becomes a quiet one. */
function roundToBrain(bits: u32): u32 {
  const upper = bits >>> 16
  if ((bits & 0x7fff_ffff) > 0x7f80_0000) return (upper & 127) == 0 ? upper | 64 : upper
  return (bits + 0x7fff + (upper & 1)) >>> 16
}

export function decodeF16(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u32>(to + (i << 2), widen(load<u16>(from + (i << 1)), 10, 5))
  }
}

export function encodeF16(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u16>(to + (i << 1), <u16>narrow(load<u32>(from + (i << 2)), 10, 5))
  }
}

export function decodeF8_E5M2(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u32>(to + (i << 2), widen(load<u8>(from + i), 2, 5))
  }
}

export function encodeF8_E5M2(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u8>(to + i, <u8>narrow(load<u32>(from + (i << 2)), 2, 5))
  }
}

/** IEEE 754 interchange formats: the largest exponent stands for infinities and NaN. */
function widen(bits: u32, fractionBits: u32, exponentBits: u32): u32 {
  const sign = (bits >>> (fractionBits + exponentBits)) << 31
  const magnitude = bits & ((1 << (fractionBits + exponentBits)) - 1)
  const infinity: u32 = ((1 << exponentBits) - 1) << fractionBits
  const moved = magnitude << (23 - fractionBits)
  if (magnitude >= infinity) return sign | 0x7f80_0000 | moved
  const bias: u32 = (1 << (exponentBits - 1)) - 1
  return sign | scaled(moved, 127 - bias)
}

/** Exponent and fraction at f32's places, times 2^by: exact, subnormal numbers too. */
// @ts-ignore: a decorator
@inline
function scaled(moved: u32, by: u32): u32 {
  return reinterpret<u32>(reinterpret<f32>(moved) * reinterpret<f32>((by + 127) << 23))
}

function narrow(bits: u32, fractionBits: u32, exponentBits: u32): u32 {
  const sign = (bits >>> 31) << (fractionBits + exponentBits)
  const magnitude = bits & 0x7fff_ffff
  const infinity: u32 = ((1 << exponentBits) - 1) << fractionBits
  const dropped = 23 - fractionBits
  if (magnitude > 0x7f80_0000) {
    const payload = (magnitude & 0x7f_ffff) >>> dropped
    return sign | infinity | (payload == 0 ? 1 << (fractionBits - 1) : payload)
  }
  const bias: u32 = (1 << (exponentBits - 1)) - 1
  return sign | min(rounded(magnitude, fractionBits, bias), infinity)
}

/** A finite magnitude in units of the target's last place, to nearest even; carries go into the exponent. */
function rounded(magnitude: u32, fractionBits: u32, bias: u32): u32 {
  const dropped = 23 - fractionBits
  const smallestNormal: u32 = (128 - bias) << 23
  if (magnitude >= smallestNormal) return nearest(magnitude - ((127 - bias) << 23), dropped)
  const exponent = magnitude >>> 23
  const shift = 151 - bias - fractionBits - exponent
  return shift > 25 ? 0 : nearest((magnitude & 0x7f_ffff) | 0x80_0000, shift)
}

/** value / 2^shift to nearest even. */
// @ts-ignore: a decorator
@inline
function nearest(value: u32, shift: u32): u32 {
  const kept = value >>> shift
  const rest = value & ((1 << shift) - 1)
  const half: u32 = 1 << (shift - 1)
  return kept + u32(rest > half || (rest == half && (kept & 1) == 1))
}

/** E4M3 has no infinity; all ones is NaN. Its largest number is 448. */
export function decodeF8_E4M3(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    const bits = <u32>load<u8>(from + i)
    const sign = (bits >>> 7) << 31
    const isNan = (bits & 0x7f) == 0x7f
    store<u32>(to + (i << 2), sign | (isNan ? 0x7fc0_0000 : scaled((bits & 0x7f) << 20, 120)))
  }
}

/** What would round above 448 becomes NaN, as do infinities. */
export function encodeF8_E4M3(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    const bits = load<u32>(from + (i << 2))
    const magnitude = bits & 0x7fff_ffff
    const value = magnitude >= 0x7f80_0000 ? 0x7f : min(rounded(magnitude, 3, 7), 0x7f)
    store<u8>(to + i, <u8>(((bits >>> 31) << 7) | value))
  }
}

export function decodeF8_E4M3FNUZ(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u32>(to + (i << 2), widenUnsignedZero(load<u8>(from + i), 20, 119))
  }
}

export function decodeF8_E5M2FNUZ(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u32>(to + (i << 2), widenUnsignedZero(load<u8>(from + i), 21, 111))
  }
}

/** FNUZ: finite, one NaN (the bits of −0), one zero, the bias one larger. */
// @ts-ignore: a decorator
@inline
function widenUnsignedZero(bits: u32, shift: u32, by: u32): u32 {
  if (bits == 0x80) return 0x7fc0_0000
  return ((bits >>> 7) << 31) | scaled((bits & 0x7f) << shift, by)
}

export function encodeF8_E4M3FNUZ(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u8>(to + i, <u8>narrowUnsignedZero(load<u32>(from + (i << 2)), 3, 8))
  }
}

export function encodeF8_E5M2FNUZ(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u8>(to + i, <u8>narrowUnsignedZero(load<u32>(from + (i << 2)), 2, 16))
  }
}

function narrowUnsignedZero(bits: u32, fractionBits: u32, bias: u32): u32 {
  const magnitude = bits & 0x7fff_ffff
  if (magnitude >= 0x7f80_0000) return 0x80
  const value = rounded(magnitude, fractionBits, bias)
  if (value > 0x7f) return 0x80
  return value == 0 ? 0 : ((bits >>> 31) << 7) | value
}

/** Rounded to f32; every NaN becomes the positive quiet one. */
export function decodeF64(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    const value = load<f64>(from + (i << 3))
    const bits = reinterpret<u32>(<f32>value)
    store<u32>(to + (i << 2), value != value ? 0x7fc0_0000 : bits)
  }
}

export function encodeF64(from: u32, to: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    const value = load<f32>(from + (i << 2))
    const bits = reinterpret<u64>(<f64>value)
    store<u64>(to + (i << 3), value != value ? 0x7ff8_0000_0000_0000 : bits)
  }
}
