import type { Precision } from './elect.ts'
import { type Block, kernel, returnBlocks, takeBlocks, writeTables } from './memory.ts'

const KERNELS = { F32: kernel('trimmedMeanF32'), F64: kernel('trimmedMeanF64') }

/** Bytes that the kernels take of a term at a time, and keep of each while they sort. */
const STEP_BYTES = 64

/**
 * The mean of what lies between, for each element: of the terms' values, sorted, `dropped` are left out at either end
 * (Yin et al. 2018, arXiv 1803.01498, definition 2).
 *
 *     θ_r + Σ_{j>r} (θ₍ⱼ₎ − θ_r) / m,   r the least of the m values that are left
 *
 * Values are sorted by their bits: −NaN < −∞ < … < −0 < 0 < … < ∞ < NaN. So up to `dropped` terms may hold anything,
 * NaN too, without any effect but a shift among what the others hold; and the terms' order has none. Where what is left
 * agrees the result is that value bit for bit. A result that leaves the finite numbers is computed again as Σθ₍ⱼ₎/m; a
 * computed NaN is the positive quiet one.
 *
 * @param terms of `precision`, more than 2 · `dropped`; not mutated
 * @param out takes the result; none of the terms; written up to a multiple of 64 bytes
 * @param sizeBytes bytes of a term, at most a block's
 */
export function trimmedMean(
  precision: Precision,
  terms: readonly Block[],
  dropped: number,
  out: Block,
  sizeBytes: number
): void {
  const pairs = Uint16Array.from(
    sortingNetwork(terms.length).flat(),
    position => position * STEP_BYTES
  )
  const { addresses, numbers } = writeTables(terms, new Float32Array(pairs.buffer))
  const [sorted] = takeBlocks(1)
  KERNELS[precision](
    addresses,
    terms.length,
    dropped,
    numbers,
    pairs.byteLength,
    sorted!.address,
    out.address,
    sizeBytes
  )
  returnBlocks([sorted!])
}

/**
 * Pairs of places to compare, one after the other, so that any `count` values end up sorted: Batcher's merge exchange
 * (Knuth, The Art of Computer Programming, volume 3, algorithm 5.2.2 M).
 */
export function sortingNetwork(count: number): [number, number][] {
  const pairs: [number, number][] = []
  const top = 2 ** Math.max(0, Math.ceil(Math.log2(count)) - 1)
  for (let p = top; p >= 1; p /= 2) {
    for (let [q, r, d] = [top, 0, p]; ; ) {
      for (let i = 0; i + d < count; i++) if ((i & p) === r) pairs.push([i, i + d])
      if (q === p) break
      ;[d, q, r] = [q - p, q / 2, p]
    }
  }
  return pairs
}
