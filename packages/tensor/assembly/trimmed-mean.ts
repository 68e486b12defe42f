// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/trimmed-mean.ts` calls it.
//
// The terms' elements of one index are sorted by a network of comparators, lane by lane, as integers of the same
// order: so nothing that a term holds, NaN and −0 included, is treated otherwise than by its bits. Four vectors of every
// term are sorted at a time, for each comparator of one waits for what the one before has stored.
import { difference, isExceptional, quiet, term } from './lanes'

/** Bytes of every term that are sorted at a time, and of what is kept of each meanwhile. */
const STEP: u32 = 64

/** Bits of floats to integers of the same order, and back: −NaN < −∞ < … < −0 < 0 < … < ∞ < NaN. */
// @ts-ignore: a decorator
@inline
function ordered<T>(bits: v128): v128 {
  if (sizeof<T>() == 4) return v128.xor(bits, i32x4.shr_u(i32x4.shr_s(bits, 31), 1))
  return v128.xor(bits, i64x2.shr_u(i64x2.shr_s(bits, 63), 1))
}

/** Sorts two. */
// @ts-ignore: a decorator
@inline
function compare<T>(low: u32, high: u32): void {
  const a = v128.load(low)
  const b = v128.load(high)
  if (sizeof<T>() == 4) {
    v128.store(low, i32x4.min_s(a, b))
    v128.store(high, i32x4.max_s(a, b))
  } else {
    const isSwapped = i64x2.gt_s(a, b)
    v128.store(low, v128.bitselect(b, a, isSwapped))
    v128.store(high, v128.bitselect(a, b, isSwapped))
  }
}

/** Sorts the four vectors of two terms. */
// @ts-ignore: a decorator
@inline
function compareAll<T>(low: u32, high: u32): void {
  compare<T>(low, high)
  compare<T>(low + 16, high + 16)
  compare<T>(low + 32, high + 32)
  compare<T>(low + 48, high + 48)
}

/** The k-th of the sorted vectors. */
// @ts-ignore: a decorator
@inline
function nth<T>(sorted: u32, k: i32): v128 {
  return ordered<T>(v128.load(sorted + <u32>k * STEP))
}

/** Mean of the sorted elements of `from` to `to`, exclusive, around the first of them. */
// @ts-ignore: a decorator
@inline
function mean<T>(sorted: u32, from: i32, to: i32, part: v128): v128 {
  const reference = nth<T>(sorted, from)
  let sum = v128.splat<T>(0)
  for (let k = from + 1; k < to; k++) {
    sum = v128.add<T>(sum, difference<T>(nth<T>(sorted, k), reference))
  }
  const result = v128.add<T>(reference, v128.mul<T>(sum, part))
  const exceptional = isExceptional<T>(result)
  const isReference = v128.eq<T>(sum, v128.splat<T>(0))
  if (!v128.any_true(exceptional)) return v128.bitselect(reference, result, isReference)
  let plain = v128.splat<T>(0)
  for (let k = from; k < to; k++) {
    plain = v128.add<T>(plain, v128.mul<T>(nth<T>(sorted, k), part))
  }
  const usual = v128.bitselect(quiet<T>(plain), result, exceptional)
  return v128.bitselect(reference, usual, isReference)
}

// @ts-ignore: a decorator
@inline
function trimmedMean<T>(
  terms: u32, count: i32, dropped: i32, network: u32, networkBytes: u32, sorted: u32, out: u32, sizeBytes: u32
): void {
  const end = count - dropped
  const part = v128.splat<T>(<T>1 / <T>(end - dropped))
  const last = network + networkBytes
  for (let at: u32 = 0; at < sizeBytes; at += STEP) {
    for (let k = 0; k < count; k++) {
      const from = term(terms, k) + at
      const to = sorted + <u32>k * STEP
      v128.store(to, ordered<T>(v128.load(from)))
      v128.store(to, ordered<T>(v128.load(from, 16)), 16)
      v128.store(to, ordered<T>(v128.load(from, 32)), 32)
      v128.store(to, ordered<T>(v128.load(from, 48)), 48)
    }
    for (let pair = network; pair < last; pair += 4) {
      compareAll<T>(sorted + load<u16>(pair), sorted + load<u16>(pair, 2))
    }
    for (let vector: u32 = 0; vector < STEP; vector += 16) {
      v128.store(out + at + vector, mean<T>(sorted + vector, dropped, end, part))
    }
  }
}

export function trimmedMeanF32(
  terms: u32, count: i32, dropped: i32, network: u32, networkBytes: u32, sorted: u32, out: u32, sizeBytes: u32
): void {
  trimmedMean<f32>(terms, count, dropped, network, networkBytes, sorted, out, sizeBytes)
}

export function trimmedMeanF64(
  terms: u32, count: i32, dropped: i32, network: u32, networkBytes: u32, sorted: u32, out: u32, sizeBytes: u32
): void {
  trimmedMean<f64>(terms, count, dropped, network, networkBytes, sorted, out, sizeBytes)
}
