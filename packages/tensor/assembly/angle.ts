// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/angle.ts` calls it.
//
// Sums of products in f64, in an order that depends on the index alone: element i goes to sum i mod 4. Sine and
// arc cosine are AssemblyScript's own, so that every machine computes the same bits.

export function productsF32(first: u32, second: u32, sizeBytes: u32, sums: u32): void {
  let aa0 = v128.load(sums)
  let aa1 = v128.load(sums, 16)
  let ab0 = v128.load(sums, 32)
  let ab1 = v128.load(sums, 48)
  let bb0 = v128.load(sums, 64)
  let bb1 = v128.load(sums, 80)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const a = v128.load(first + at)
    const b = v128.load(second + at)
    const a0 = f64x2.promote_low_f32x4(a)
    const b0 = f64x2.promote_low_f32x4(b)
    const a1 = f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 0))
    const b1 = f64x2.promote_low_f32x4(v128.shuffle<i64>(b, b, 1, 0))
    aa0 = f64x2.add(aa0, f64x2.mul(a0, a0))
    aa1 = f64x2.add(aa1, f64x2.mul(a1, a1))
    ab0 = f64x2.add(ab0, f64x2.mul(a0, b0))
    ab1 = f64x2.add(ab1, f64x2.mul(a1, b1))
    bb0 = f64x2.add(bb0, f64x2.mul(b0, b0))
    bb1 = f64x2.add(bb1, f64x2.mul(b1, b1))
  }
  v128.store(sums, aa0)
  v128.store(sums, aa1, 16)
  v128.store(sums, ab0, 32)
  v128.store(sums, ab1, 48)
  v128.store(sums, bb0, 64)
  v128.store(sums, bb1, 80)
}

export function productsF64(first: u32, second: u32, sizeBytes: u32, sums: u32): void {
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const a = v128.load(first + at)
    const b = v128.load(second + at)
    const to = sums + (at & 16)
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(a, a)))
    v128.store(to, f64x2.add(v128.load(to, 32), f64x2.mul(a, b)), 32)
    v128.store(to, f64x2.add(v128.load(to, 64), f64x2.mul(b, b)), 64)
  }
}

/** Sum of four, in fixed order. */
// @ts-ignore: a decorator
@inline
function total(sums: u32): f64 {
  return load<f64>(sums) + load<f64>(sums, 8) + (load<f64>(sums, 16) + load<f64>(sums, 24))
}

/** Cosine of the angle; NaN where one of the norms is at most `least`. */
export function cosine(sums: u32, least: f64): f64 {
  const first = Math.sqrt(total(sums))
  const second = Math.sqrt(total(sums + 64))
  return first > least && second > least ? total(sums + 32) / first / second : NaN
}

/** sin(part · Ω) / sin(Ω), where cosine is cos(Ω). */
export function sineRatio(cosine: f64, part: f64): f64 {
  const angle = Math.acos(cosine)
  return Math.sin(part * angle) / Math.sin(angle)
}
