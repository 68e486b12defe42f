import { type FloatDtype, floatBytes } from '@soup/tensor'
import { BIT1_BLOCK } from '../limits.ts'
import type { PieceCodec } from './piece-codec.ts'
import { readScales, SCALE_BYTES, scaleNearest } from './scales.ts'
import { updateValues, type Values, visitValues } from './values.ts'

/**
 * The sign of every element, and a scale for each block of {@link BIT1_BLOCK} consecutive ones:
 *
 *     Δ̂ = ±s,  s = mean |Δ|
 *
 * (BitDelta, arXiv 2402.10193, eq. 2 and 3: this s minimises ‖Δ − Δ̂‖₂). The paper has one scale a matrix; a block is
 * shorter than most rows, so that it follows rows and parts of them that changed less than others, at 1/32 bit an
 * element. An element that didn't change has no sign: even positions go down, odd ones up, so that they
 * shift nothing on the whole. How pieces are stored, the package's page says.
 */
export const bit1: PieceCodec = {
  passes: 0,
  maxPieceBytes: (sizeBytes, dtype) => storedBytes(sizeBytes / floatBytes(dtype)),
  prepare:
    async ({ dtype }) =>
    (expert, base) =>
      signs(expert, base, dtype),
  decode: (stored, piece, dtype) => {
    const count = piece.length / floatBytes(dtype)
    if (stored.length !== storedBytes(count)) {
      throw new RangeError(`it has ${stored.length} bytes, expected ${storedBytes(count)}`)
    }
    const scales = readScales(stored, scaleCount(count))
    const bits = stored.subarray(scales.length * SCALE_BYTES)
    updateValues(piece, dtype, (values, at) => addSigns(values, bits, scales, at))
  }
}

function scaleCount(count: number): number {
  return Math.ceil(count / BIT1_BLOCK)
}

function storedBytes(count: number): number {
  return scaleCount(count) * SCALE_BYTES + Math.ceil(count / 8)
}

/** θ₀ ± s; where s is 0 the element stays as it is, so that −0 does. */
function addSigns(values: Values, bits: Uint8Array, scales: Float32Array, at: number): void {
  for (let from = 0; from < values.length; from += BIT1_BLOCK) {
    const to = Math.min(values.length, from + BIT1_BLOCK)
    const scale = scales[(at + from) / BIT1_BLOCK]!
    if (scale === 0) continue
    for (let i = from; i < to; i++) {
      const place = at + i
      const isUp = (bits[place >>> 3]! >>> (place & 7)) & 1
      values[i] = values[i]! + scale * (2 * isUp - 1)
    }
  }
}

function signs(expert: Uint8Array, base: Uint8Array, dtype: FloatDtype): Uint8Array | undefined {
  const count = base.length / floatBytes(dtype)
  const scales = new Uint16Array(scaleCount(count))
  const bits = new Uint8Array(Math.ceil(count / 8))
  let isBounded = true
  visitValues([expert, base], dtype, ([ours, theirs], at) => {
    const those = bits.subarray(at / 8)
    isBounded &&= signBlocks(ours!, theirs!, those, scales.subarray(at / BIT1_BLOCK))
  })
  return isBounded ? Buffer.concat([new Uint8Array(scales.buffer), bits]) : undefined
}

/** @returns whether all differences are finite */
function signBlocks(expert: Values, base: Values, bits: Uint8Array, scales: Uint16Array): boolean {
  for (let from = 0; from < expert.length; from += BIT1_BLOCK) {
    const to = Math.min(expert.length, from + BIT1_BLOCK)
    let sum = 0
    for (let i = from; i < to; i++) {
      const step = Math.fround(expert[i]! - base[i]!)
      sum += Math.abs(step)
      const isUp = step === 0 ? i & 1 : step > 0 ? 1 : 0
      bits[i >>> 3] = bits[i >>> 3]! | (isUp << (i & 7))
    }
    if (!Number.isFinite(sum)) return false
    scales[from / BIT1_BLOCK] = scaleNearest(sum / (to - from))
  }
  return true
}
