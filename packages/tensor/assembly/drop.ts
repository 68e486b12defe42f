// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/drop.ts` calls it.
//
// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), eight counters at a time: four
// lanes, and twice, because a round waits for the one before.

/** Both multipliers: an engine keeps in a register what it loads, and makes constants anew. */
const MULTIPLIERS: usize = memory.data<u32>([0xd251_1f53, 0xcd9e_8d57])
const WEYL_0: u32 = 0x9e37_79b9
const WEYL_1: u32 = 0xbb67_ae85

/** Random words of thirty-two elements, in their order. */
const words: usize = memory.data(128, 16)

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

/** Lanes are blocks: turned, so that each block's words lie side by side. */
// @ts-ignore: a decorator
@inline
function storeWords(to: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5)
  const b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5)
  const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7)
  const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2))
  v128.store(to, v128.shuffle<i64>(a, b, 1, 3), 16)
  v128.store(to, v128.shuffle<i64>(c, d, 0, 2), 32)
  v128.store(to, v128.shuffle<i64>(c, d, 1, 3), 48)
}

/** Writes the words of the blocks of counter `block`, a multiple of 8, to `block + 7`. */
function philox(block: u64, seed0: u32, seed1: u32): void {
  const m0 = v128.load32_splat(MULTIPLIERS)
  const m1 = v128.load32_splat(MULTIPLIERS, 4)
  // There is no carry among the eight.
  let a0 = i32x4.add(i32x4.splat(<u32>block), i32x4(0, 1, 2, 3))
  let b0 = i32x4.add(i32x4.splat(<u32>block), i32x4(4, 5, 6, 7))
  let a1 = i32x4.splat(<u32>(block >>> 32))
  let b1 = a1
  let a2 = i32x4.splat(0)
  let b2 = a2
  let a3 = a2
  let b3 = a2
  let k0 = seed0
  let k1 = seed1
  for (let round = 0; round < 10; round++) {
    const key0 = i32x4.splat(k0)
    const key1 = i32x4.splat(k1)
    const a4 = i64x2.extmul_low_i32x4_u(a0, m0)
    const a5 = i64x2.extmul_high_i32x4_u(a0, m0)
    const a6 = i64x2.extmul_low_i32x4_u(a2, m1)
    const a7 = i64x2.extmul_high_i32x4_u(a2, m1)
    const b4 = i64x2.extmul_low_i32x4_u(b0, m0)
    const b5 = i64x2.extmul_high_i32x4_u(b0, m0)
    const b6 = i64x2.extmul_low_i32x4_u(b2, m1)
    const b7 = i64x2.extmul_high_i32x4_u(b2, m1)
    a0 = v128.xor(high(a6, a7), v128.xor(a1, key0))
    b0 = v128.xor(high(b6, b7), v128.xor(b1, key0))
    a2 = v128.xor(high(a4, a5), v128.xor(a3, key1))
    b2 = v128.xor(high(b4, b5), v128.xor(b3, key1))
    a1 = low(a6, a7)
    b1 = low(b6, b7)
    a3 = low(a4, a5)
    b3 = low(b4, b5)
    k0 += WEYL_0
    k1 += WEYL_1
  }
  storeWords(words, a0, a1, a2, a3)
  storeWords(words + 64, b0, b1, b2, b3)
}

/** A whole group of f32. */
// @ts-ignore: a decorator
@inline
function dropGroup(values: u32, base: u32, limit: u32): void {
  const most = i32x4.splat(limit)
  for (let at: u32 = 0; at < 128; at += 16) {
    const isKept = i32x4.lt_u(v128.load(words + at), most)
    const value = v128.load(values + at)
    v128.store(values + at, v128.bitselect(value, v128.load(base + at), isKept))
  }
}

/** Groups are of 32 elements, from a multiple of 32 on. */
// @ts-ignore: a decorator
@inline
function drop<T>(
  values: u32, base: u32, length: u32, start: f64, key0: u32, key1: u32, limit: u32
): void {
  const first = <u64>start
  const end = first + length
  for (let group = first & ~31; group < end; group += 32) {
    philox(group >>> 2, key0, key1)
    if (sizeof<T>() == 4 && group >= first && group + 32 <= end) {
      const at = <u32>(group - first) << 2
      dropGroup(values + at, base + at, limit)
    } else {
      for (let i = max(group, first); i < min(group + 32, end); i++) {
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
