// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels.ts` calls it.
//
// z = zigzag(κ(θᵢ) − κ(θ₀) mod 2ⁿ) and its inverse, 16 bytes at a time: reads and writes go up to the next
// multiple of 16. T is the signed integer of the elements' size, U the unsigned one; `floats` is −1 where the
// elements are floats, 0 for integers.

/** The bits that κ inverts in negative elements: of floats all but the sign, of integers none. */
// @ts-ignore: a decorator
@inline
function magnitudes<U>(floats: i32): v128 {
  return v128.shr<U>(i32x4.splat(floats), 1)
}

/** All bits of the elements whose sign bit is set. */
// @ts-ignore: a decorator
@inline
function spreadSign<T>(values: v128): v128 {
  return v128.shr<T>(values, sizeof<T>() * 8 - 1)
}

/** Floats to signed integers of the same order, and back: κ but for 2ⁿ⁻¹, which a difference doesn't show. */
// @ts-ignore: a decorator
@inline
function key<T>(patterns: v128, magnitude: v128): v128 {
  return v128.xor(patterns, v128.and(spreadSign<T>(patterns), magnitude))
}

// @ts-ignore: a decorator
@inline
function zigzag<T>(expert: v128, base: v128, magnitude: v128): v128 {
  const difference = v128.sub<T>(key<T>(expert, magnitude), key<T>(base, magnitude))
  return v128.xor(v128.shl<T>(difference, 1), spreadSign<T>(difference))
}

// @ts-ignore: a decorator
@inline
function unzigzag<T, U>(z: v128, base: v128, magnitude: v128): v128 {
  const sign = spreadSign<T>(v128.shl<T>(z, sizeof<T>() * 8 - 1))
  const difference = v128.xor(v128.shr<U>(z, 1), sign)
  return key<T>(v128.add<T>(key<T>(base, magnitude), difference), magnitude)
}

// @ts-ignore: a decorator
@inline
function subtract<T, U>(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  const magnitude = magnitudes<U>(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    v128.store(z + at, zigzag<T>(v128.load(expert + at), v128.load(base + at), magnitude))
  }
}

// @ts-ignore: a decorator
@inline
function add<T, U>(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  const magnitude = magnitudes<U>(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    v128.store(base + at, unzigzag<T, U>(v128.load(z + at), v128.load(base + at), magnitude))
  }
}

export function subtract8(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  subtract<i8, u8>(expert, base, z, sizeBytes, floats)
}

export function subtract16(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  subtract<i16, u16>(expert, base, z, sizeBytes, floats)
}

export function subtract32(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  subtract<i32, u32>(expert, base, z, sizeBytes, floats)
}

/** The lower halves of all z go to `z`, the upper ones to `upper`; takes 32 bytes at a time. */
export function subtract64(
  expert: u32,
  base: u32,
  z: u32,
  sizeBytes: u32,
  floats: i32,
  upper: u32
): void {
  const magnitude = magnitudes<u64>(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 32) {
    const one = zigzag<i64>(v128.load(expert + at), v128.load(base + at), magnitude)
    const two = zigzag<i64>(v128.load(expert + at, 16), v128.load(base + at, 16), magnitude)
    v128.store(z + (at >> 1), v128.shuffle<u32>(one, two, 0, 2, 4, 6))
    v128.store(upper + (at >> 1), v128.shuffle<u32>(one, two, 1, 3, 5, 7))
  }
}

/** The inverse: turns `base` into the expert where it lies. */
export function add8(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  add<i8, u8>(z, base, sizeBytes, floats)
}

export function add16(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  add<i16, u16>(z, base, sizeBytes, floats)
}

export function add32(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  add<i32, u32>(z, base, sizeBytes, floats)
}

export function add64(z: u32, base: u32, sizeBytes: u32, floats: i32, upper: u32): void {
  const magnitude = magnitudes<u64>(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 32) {
    const low = v128.load(z + (at >> 1))
    const high = v128.load(upper + (at >> 1))
    const one = v128.shuffle<u32>(low, high, 0, 4, 1, 5)
    const two = v128.shuffle<u32>(low, high, 2, 6, 3, 7)
    v128.store(base + at, unzigzag<i64, u64>(one, v128.load(base + at), magnitude))
    v128.store(base + at, unzigzag<i64, u64>(two, v128.load(base + at, 16), magnitude), 16)
  }
}
