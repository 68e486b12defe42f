// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/drop.ts` calls it.
//
// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), four counters at a time.

const MULTIPLIER_0: u32 = 0xd251_1f53
const MULTIPLIER_1: u32 = 0xcd9e_8d57
const WEYL_0: u32 = 0x9e37_79b9
const WEYL_1: u32 = 0xbb67_ae85

/** Random words of sixteen elements, in their order. */
const words: usize = memory.data(64, 16)

/** The products of unsigned lanes: their upper halves. */
// @ts-ignore: a decorator
@inline
function high(low: v128, up: v128): v128 {
  return v128.shuffle<i32>(low, up, 1, 3, 5, 7)
}

/** Their lower halves. */
// @ts-ignore: a decorator
@inline
function low(low: v128, up: v128): v128 {
  return v128.shuffle<i32>(low, up, 0, 2, 4, 6)
}

/** Writes the words of the blocks of counter `block` to `block + 3`. */
// @ts-ignore: a decorator
@inline
function philox(block: u64, seed0: u32, seed1: u32): void {
  const first = <u32>block // a multiple of 4: no carry among the four
  let c0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3))
  let c1 = i32x4.splat(<u32>(block >>> 32))
  let c2 = i32x4.splat(0)
  let c3 = i32x4.splat(0)
  let k0 = seed0
  let k1 = seed1
  const m0 = i32x4.splat(MULTIPLIER_0)
  const m1 = i32x4.splat(MULTIPLIER_1)
  for (let round = 0; round < 10; round++) {
    const low0 = i64x2.extmul_low_i32x4_u(c0, m0)
    const up0 = i64x2.extmul_high_i32x4_u(c0, m0)
    const low1 = i64x2.extmul_low_i32x4_u(c2, m1)
    const up1 = i64x2.extmul_high_i32x4_u(c2, m1)
    c0 = v128.xor(v128.xor(high(low1, up1), c1), i32x4.splat(k0))
    c2 = v128.xor(v128.xor(high(low0, up0), c3), i32x4.splat(k1))
    c1 = low(low1, up1)
    c3 = low(low0, up0)
    k0 += WEYL_0
    k1 += WEYL_1
  }
  // Lanes are blocks: turned, so that each block's words lie side by side.
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5)
  const b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5)
  const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7)
  const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7)
  v128.store(words, v128.shuffle<i64>(a, b, 0, 2))
  v128.store(words, v128.shuffle<i64>(a, b, 1, 3), 16)
  v128.store(words, v128.shuffle<i64>(c, d, 0, 2), 32)
  v128.store(words, v128.shuffle<i64>(c, d, 1, 3), 48)
}

/** Sixteen elements from a multiple of sixteen on. */
// @ts-ignore: a decorator
@inline
function dropSixteen(values: u32, base: u32, limit: u32): void {
  const most = i32x4.splat(limit)
  for (let at: u32 = 0; at < 64; at += 16) {
    // Unsigned words below the limit.
    const isKept = i32x4.lt_u(v128.load(words + at), most)
    const value = v128.load(values + at)
    v128.store(values + at, v128.bitselect(value, v128.load(base + at), isKept))
  }
}

// @ts-ignore: a decorator
@inline
function drop<T>(
  values: u32, base: u32, length: u32, start: f64, key0: u32, key1: u32, limit: u32
): void {
  const first = <u64>start
  const end = first + length
  for (let group = first & ~15; group < end; group += 16) {
    philox(group >>> 2, key0, key1)
    if (sizeof<T>() == 4 && group >= first && group + 16 <= end) {
      const at = <u32>(group - first) << 2
      dropSixteen(values + at, base + at, limit)
    } else {
      for (let i = max(group, first); i < min(group + 16, end); i++) {
        if (load<u32>(words + (<usize>(i - group) << 2)) < limit) continue
        const at = <u32>(i - first) * sizeof<T>()
        store<T>(values + at, load<T>(base + at))
      }
    }
  }
}

export function dropF32(
  values: u32, base: u32, length: u32, start: f64, key0: u32, key1: u32, limit: u32
): void {
  drop<f32>(values, base, length, start, key0, key1, limit)
}

export function dropF64(
  values: u32, base: u32, length: u32, start: f64, key0: u32, key1: u32, limit: u32
): void {
  drop<f64>(values, base, length, start, key0, key1, limit)
}
