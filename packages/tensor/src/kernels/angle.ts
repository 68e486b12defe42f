import type { Precision } from './elect.ts'
import { type Block, kernel, returnBlocks, roundUp, takeBlocks } from './memory.ts'

const KERNELS = { F32: kernel('productsF32'), F64: kernel('productsF64') }
const cosineKernel = kernel('cosine')
const sineRatioKernel = kernel('sineRatio')

/** Bytes of the sums of a·a, a·b and b·b, four of each. */
const SUMS_BYTES = 96

/** Bytes that the kernels take at a time. */
const STEP_BYTES = 32

/** Measures the angle between two vectors that come in blocks. */
export interface AngleMeter {
  /**
   * Adds a block of each; all but the last are of whole 32 bytes.
   *
   * @param first elements of the precision; bytes behind `sizeBytes` are overwritten
   * @param second likewise
   */
  add(first: Block, second: Block, sizeBytes: number): void
  /**
   * a·b / (‖a‖·‖b‖) of all that was added.
   *
   * @param leastNorm where a norm is not above it there is no angle
   * @returns NaN where there is none, or an element is infinite or NaN
   */
  cosine(leastNorm: number): number
  /** Gives back the block that the sums take. Safe to call twice. */
  close(): void
}

/** Begins to measure an angle: products are summed in f64, element i to sum i mod 4, the four in fixed order. */
export function angleMeter(precision: Precision): AngleMeter {
  let blocks = takeBlocks(1)
  blocks[0]!.bytes.fill(0, 0, SUMS_BYTES)
  const sums = blocks[0]!.address
  return {
    add: (first, second, sizeBytes) => {
      const end = roundUp(sizeBytes, STEP_BYTES)
      for (const { bytes } of [first, second]) bytes.fill(0, sizeBytes, end)
      KERNELS[precision](first.address, second.address, end, sums)
    },
    cosine: leastNorm => cosineKernel(sums, leastNorm),
    close: () => {
      returnBlocks(blocks)
      blocks = []
    }
  }
}

/**
 * sin(p·Ω) / sin Ω for an angle of cos Ω, in f64; sine and arc cosine are the compiled program's own, the same on every
 * machine.
 *
 * @param cosine in (−1, 1)
 * @param part p
 */
export function sineRatio(cosine: number, part: number): number {
  return sineRatioKernel(cosine, part)
}
