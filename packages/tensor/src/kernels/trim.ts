import type { Precision } from './elect.ts'
import { BLOCK_BYTES, type Block, kernel, returnBlocks, roundUp, takeBlocks } from './memory.ts'

const COUNT = { F32: kernel('countMagnitudesF32'), F64: kernel('countMagnitudesF64') }
const TRIM = { F32: kernel('trimF32'), F64: kernel('trimF64') }

/** Bytes that the kernels take at a time. */
const STEP_BYTES = 16

/** Bits of a digit, of which there are two in an f32 and four in an f64: a block holds a count for each value. */
const DIGIT_BITS = 16

/** What is kept of an expert's changes. */
export interface Threshold {
  /** The least magnitude that is kept; NaN where only NaN are. */
  magnitude: number
  /** How many of exactly this magnitude are kept, the first ones by index. */
  ties: number
}

/** Finds a {@link Threshold} exactly, in as many passes over the elements as a magnitude has digits. */
export interface ThresholdSearch {
  /** Passes that are left. */
  readonly passesLeft: number
  /**
   * Counts a block.
   *
   * @param values the expert's elements of the precision; bytes behind `sizeBytes` are overwritten
   * @param base θ₀'s, likewise
   */
  count(values: Block, base: Block, sizeBytes: number): void
  /** Ends a pass over all elements. */
  endPass(): void
  /**
   * The result, once no pass is left.
   *
   * @returns undefined when no more than `kept` elements differ from the base: then all of them are kept
   */
  threshold(): Threshold | undefined
  /** Gives back the block that the counts take. Safe to call twice. */
  close(): void
}

/**
 * Begins to look for the magnitude of the `kept`-th largest |θᵢ − θ₀|: a radix selection, whose memory doesn't depend
 * on the number of elements, which must stay below 2³².
 *
 * NaN counts as larger than ∞; elements whose bits are the base's don't count.
 *
 * @param kept how many elements to keep, at least 1
 */
export function searchThreshold(precision: Precision, kept: number): ThresholdSearch {
  const digits: number[] = []
  const digitCount = precision === 'F64' ? 4 : 2
  let left = kept
  let isAll = false
  let blocks = takeBlocks(1)
  const counts = new Uint32Array(blocks[0]!.bytes.buffer, blocks[0]!.address, BLOCK_BYTES / 4)
  counts.fill(0)
  return {
    get passesLeft() {
      return isAll ? 0 : digitCount - digits.length
    },
    count: (values, base, sizeBytes) => {
      clearTail([values, base], sizeBytes)
      const prefix = digits.reduce((number, digit) => number * 2 ** DIGIT_BITS + digit, 0)
      const shift = (digitCount - 1 - digits.length) * DIGIT_BITS
      const { address } = blocks[0]!
      COUNT[precision](values.address, base.address, sizeBytes, prefix, shift, address)
    },
    endPass: () => {
      let digit = counts.length - 1
      while (digit >= 0 && counts[digit]! < left) left -= counts[digit--]!
      if (digit < 0) isAll = true
      else digits.push(digit)
      counts.fill(0)
    },
    threshold: () => (isAll ? undefined : { magnitude: joinDigits(digits), ties: left }),
    close: () => {
      returnBlocks(blocks)
      blocks = []
    }
  }
}

function joinDigits(digits: readonly number[]): number {
  const view = new DataView(new ArrayBuffer(digits.length * 2))
  for (const [i, digit] of digits.entries()) view.setUint16(2 * i, digit)
  return digits.length === 4 ? view.getFloat64(0) : view.getFloat32(0)
}

/**
 * Sets what is below a threshold back to the base.
 *
 * @param values the expert's elements, overwritten; what lies behind `sizeBytes` is lost, in `base` too
 * @returns what the threshold is for the elements that follow: the ties left to keep
 */
export function trim(
  precision: Precision,
  values: Block,
  base: Block,
  sizeBytes: number,
  { magnitude, ties }: Threshold
): Threshold {
  clearTail([values, base], sizeBytes)
  const left = TRIM[precision](values.address, base.address, sizeBytes, magnitude, ties)
  return { magnitude, ties: left }
}

/** Kernels take whole vectors: what lies behind must not count. */
function clearTail(blocks: readonly Block[], sizeBytes: number): void {
  for (const { bytes } of blocks) bytes.fill(0, sizeBytes, roundUp(sizeBytes, STEP_BYTES))
}
