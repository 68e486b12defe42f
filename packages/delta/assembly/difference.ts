// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels.ts` calls it.
//
// z = zigzag(κ(θᵢ) − κ(θ₀) mod 2ⁿ) and its inverse, 16 bytes at a time: reads and writes go up to the next
// multiple of 16. T is the signed integer of the elements' size; `floats` is −1 where the elements are floats, 0 for integers.

/** The sign bit of every element. */
// @ts-ignore: a decorator
@inline
function signs<T>(): v128 {
  return v128.shl<T>(i8x16.splat(-1), sizeof<T>() * 8 - 1)
}

/** All bits of the elements whose sign bit is set. */
// @ts-ignore: a decorator
@inline
function spreadSign<T>(values: v128): v128 {
  return v128.shr<T>(values, sizeof<T>() * 8 - 1)
}

/** κ: floats to integers of the same order. */
// @ts-ignore: a decorator
@inline
function key<T>(patterns: v128, floats: v128): v128 {
  return v128.xor(patterns, v128.and(v128.or(spreadSign<T>(patterns), signs<T>()), floats))
}

// @ts-ignore: a decorator
@inline
function unkey<T>(keys: v128, floats: v128): v128 {
  const flips = v128.or(v128.not(spreadSign<T>(keys)), signs<T>())
  return v128.xor(keys, v128.and(flips, floats))
}

// @ts-ignore: a decorator
@inline
function zigzag<T>(expert: v128, base: v128, floats: v128): v128 {
  const difference = v128.sub<T>(key<T>(expert, floats), key<T>(base, floats))
  return v128.xor(v128.shl<T>(difference, 1), spreadSign<T>(difference))
}

// @ts-ignore: a decorator
@inline
function unzigzag<T>(z: v128, base: v128, floats: v128): v128 {
  const sign = spreadSign<T>(v128.shl<T>(z, sizeof<T>() * 8 - 1))
  const difference = v128.xor(v128.andnot(v128.shr<T>(z, 1), signs<T>()), sign)
  return unkey<T>(v128.add<T>(key<T>(base, floats), difference), floats)
}

// @ts-ignore: a decorator
@inline
function subtract<T>(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  const isFloat = i32x4.splat(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    v128.store(z + at, zigzag<T>(v128.load(expert + at), v128.load(base + at), isFloat))
  }
}

// @ts-ignore: a decorator
@inline
function add<T>(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  const isFloat = i32x4.splat(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    v128.store(base + at, unzigzag<T>(v128.load(z + at), v128.load(base + at), isFloat))
  }
}

export function subtract8(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  subtract<i8>(expert, base, z, sizeBytes, floats)
}

export function subtract16(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  subtract<i16>(expert, base, z, sizeBytes, floats)
}

export function subtract32(expert: u32, base: u32, z: u32, sizeBytes: u32, floats: i32): void {
  subtract<i32>(expert, base, z, sizeBytes, floats)
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
  const isFloat = i32x4.splat(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 32) {
    const one = zigzag<i64>(v128.load(expert + at), v128.load(base + at), isFloat)
    const two = zigzag<i64>(v128.load(expert + at, 16), v128.load(base + at, 16), isFloat)
    v128.store(z + (at >> 1), v128.shuffle<u32>(one, two, 0, 2, 4, 6))
    v128.store(upper + (at >> 1), v128.shuffle<u32>(one, two, 1, 3, 5, 7))
  }
}

/** The inverse: turns `base` into the expert where it lies. */
export function add8(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  add<i8>(z, base, sizeBytes, floats)
}

export function add16(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  add<i16>(z, base, sizeBytes, floats)
}

export function add32(z: u32, base: u32, sizeBytes: u32, floats: i32): void {
  add<i32>(z, base, sizeBytes, floats)
}

export function add64(z: u32, base: u32, sizeBytes: u32, floats: i32, upper: u32): void {
  const isFloat = i32x4.splat(floats)
  for (let at: u32 = 0; at < sizeBytes; at += 32) {
    const low = v128.load(z + (at >> 1))
    const high = v128.load(upper + (at >> 1))
    const one = v128.shuffle<u32>(low, high, 0, 4, 1, 5)
    const two = v128.shuffle<u32>(low, high, 2, 6, 3, 7)
    v128.store(base + at, unzigzag<i64>(one, v128.load(base + at), isFloat))
    v128.store(base + at, unzigzag<i64>(two, v128.load(base + at, 16), isFloat), 16)
  }
}
