// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/fisher.ts` calls it.
//
// A mean whose weights are tensors themselves: the table of terms holds `count` parameters, then their weights.
import { isExceptional, isSame, quiet, term } from './lanes'

/** λ · max(F, ε). */
// @ts-ignore: a decorator
@inline
function weight<T>(terms: u32, lambda: u32, count: i32, k: i32, at: u32, floor: v128): v128 {
  const fisher = v128.load(term(terms, count + k) + at)
  return v128.mul<T>(v128.load_splat<T>(lambda + k * sizeof<T>()), v128.max<T>(fisher, floor))
}

// @ts-ignore: a decorator
@inline
function fisherMean<T>(
  terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32, epsilon: f64
): void {
  const floor = v128.splat<T>(<T>epsilon)
  const first = term(terms, 0)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const reference = v128.load(first + at)
    let total = weight<T>(terms, lambda, count, 0, at, floor)
    for (let k = 1; k < count; k++) {
      total = v128.add<T>(total, weight<T>(terms, lambda, count, k, at, floor))
    }
    let sum = v128.splat<T>(0)
    for (let k = 1; k < count; k++) {
      // Divided first: a small weight times a small difference would be subnormal, or 0.
      const part = v128.div<T>(weight<T>(terms, lambda, count, k, at, floor), total)
      const value = v128.load(term(terms, k) + at)
      const change = v128.mul<T>(part, v128.sub<T>(value, reference))
      // Equal bits are no change, however infinite the weight.
      sum = v128.add<T>(sum, v128.andnot(change, isSame<T>(value, reference)))
    }
    const result = v128.add<T>(reference, sum)
    let usual = result
    const exceptional = isExceptional<T>(result)
    if (v128.any_true(exceptional)) {
      let plain = v128.splat<T>(0)
      for (let k = 0; k < count; k++) {
        const factor = weight<T>(terms, lambda, count, k, at, floor)
        plain = v128.add<T>(plain, v128.mul<T>(factor, v128.load(term(terms, k) + at)))
      }
      usual = v128.bitselect(quiet<T>(v128.div<T>(plain, total)), result, exceptional)
    }
    const isReference = v128.eq<T>(sum, v128.splat<T>(0))
    v128.store(out + at, v128.bitselect(reference, usual, isReference))
  }
}

export function fisherMeanF32(
  terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32, epsilon: f64
): void {
  fisherMean<f32>(terms, lambda, count, out, sizeBytes, epsilon)
}

export function fisherMeanF64(
  terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32, epsilon: f64
): void {
  fisherMean<f64>(terms, lambda, count, out, sizeBytes, epsilon)
}

/** Mean of the squares of f32, summed in f64 in the order of the terms and rounded once. */
export function meanSquares(terms: u32, count: i32, out: u32, sizeBytes: u32): void {
  const part = f64x2.splat(<f64>count)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    let low = f64x2.splat(0)
    let high = f64x2.splat(0)
    for (let k = 0; k < count; k++) {
      const value = v128.load(term(terms, k) + at)
      const one = f64x2.promote_low_f32x4(value)
      const two = f64x2.promote_low_f32x4(v128.shuffle<i64>(value, value, 1, 0))
      low = f64x2.add(low, f64x2.mul(one, one))
      high = f64x2.add(high, f64x2.mul(two, two))
    }
    const first = f32x4.demote_f64x2_zero(f64x2.div(low, part))
    const second = f32x4.demote_f64x2_zero(f64x2.div(high, part))
    v128.store(out + at, quiet<f32>(v128.shuffle<i64>(first, second, 0, 2)))
  }
}
