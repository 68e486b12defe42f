// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/elect.ts` calls it.
//
// TIES: of the differences to the first term, times λ, those count whose sign is that of their sum.
import { difference, quiet, term } from './lanes'

// @ts-ignore: a decorator
@inline
function weighted<T>(terms: u32, lambda: u32, k: i32, at: u32, base: v128): v128 {
  const factor = v128.load_splat<T>(lambda + k * sizeof<T>())
  return v128.mul<T>(factor, difference<T>(v128.load(term(terms, k) + at), base))
}

// @ts-ignore: a decorator
@inline
function elect<T>(
  terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32, scale: f64, isMean: i32
): void {
  const zero = v128.splat<T>(0)
  const one = v128.splat<T>(1)
  const factor = v128.splat<T>(<T>scale)
  const first = term(terms, 0)
  for (let at: u32 = 0; at < sizeBytes; at += 16) {
    const base = v128.load(first + at)
    let mass = zero
    for (let k = 1; k < count; k++) {
      mass = v128.add<T>(mass, weighted<T>(terms, lambda, k, at, base))
    }
    const isNegative = v128.lt<T>(mass, zero)
    let total = zero
    let divisor = zero
    for (let k = 1; k < count; k++) {
      const change = weighted<T>(terms, lambda, k, at, base)
      const agrees = v128.bitselect(v128.lt<T>(change, zero), v128.gt<T>(change, zero), isNegative)
      total = v128.add<T>(total, v128.and(change, agrees))
      divisor = v128.add<T>(divisor, v128.and(v128.load_splat<T>(lambda + k * sizeof<T>()), agrees))
    }
    if (isMean) {
      total = v128.div<T>(total, v128.bitselect(one, divisor, v128.eq<T>(divisor, zero)))
    }
    // A NaN has no sign: it shows in the mass alone.
    total = v128.bitselect(total, mass, v128.eq<T>(mass, mass))
    const change = v128.mul<T>(total, factor)
    const result = quiet<T>(v128.add<T>(base, change))
    const isUnchanged = v128.eq<T>(change, zero)
    v128.store(out + at, v128.bitselect(base, result, isUnchanged))
  }
}

export function electF32(
  terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32, scale: f64, isMean: i32
): void {
  elect<f32>(terms, lambda, count, out, sizeBytes, scale, isMean)
}

export function electF64(
  terms: u32, lambda: u32, count: i32, out: u32, sizeBytes: u32, scale: f64, isMean: i32
): void {
  elect<f64>(terms, lambda, count, out, sizeBytes, scale, isMean)
}
