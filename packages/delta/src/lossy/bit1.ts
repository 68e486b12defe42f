import { type FloatDtype, floatBytes } from '@soup/tensor'
import { BIT1_BLOCK } from '../limits.ts'
import type { PieceCodec } from './piece-codec.ts'
import { readScales, SCALE_BYTES, scaleNearest } from './scales.ts'
import { addDelta, decodeValues, subtractValues } from './values.ts'

/**
 * The sign of every element, and a scale for each block of {@link BIT1_BLOCK} consecutive ones:
 *
 *     Δ̂ = ±s,  s = mean |Δ|
 *
 * (BitDelta, arXiv 2402.10193, eq. 2 and 3: this s minimises ‖Δ − Δ̂‖₂). The paper has one scale a matrix; a block is
 * shorter than most rows, so that it follows rows and parts of them that changed less than others, at 1/32 bit an
 * element. An element that didn't change has no sign: even positions go down, odd ones up, so that they
 * shift nothing on the whole.
 *
 * A stored piece is its scales (bfloat16), then one bit an element, least significant first, 1 for a plus.
 */
export const bit1: PieceCodec = {
  passes: 0,
  maxPieceBytes: (sizeBytes, dtype) => storedBytes(sizeBytes / floatBytes(dtype)),
  prepare:
    async ({ dtype }) =>
    (expert, base) =>
      signs(expert, base, dtype),
  decode: (stored, base, dtype) => {
    const count = base.length / floatBytes(dtype)
    if (stored.length !== storedBytes(count)) {
      throw new RangeError(`it has ${stored.length} bytes, expected ${storedBytes(count)}`)
    }
    const scales = readScales(stored, scaleCount(count))
    const bits = stored.subarray(scales.length * SCALE_BYTES)
    const delta = new Float32Array(count)
    for (let i = 0; i < count; i++) {
      const scale = scales[(i / BIT1_BLOCK) | 0]!
      delta[i] = (bits[i >>> 3]! >>> (i & 7)) & 1 ? scale : -scale
    }
    return addDelta(base, delta, dtype)
  }
}

function scaleCount(count: number): number {
  return Math.ceil(count / BIT1_BLOCK)
}

function storedBytes(count: number): number {
  return scaleCount(count) * SCALE_BYTES + Math.ceil(count / 8)
}

function signs(expert: Uint8Array, base: Uint8Array, dtype: FloatDtype): Uint8Array {
  const delta = subtractValues(decodeValues(expert, dtype), decodeValues(base, dtype))
  const scales = new Uint16Array(scaleCount(delta.length))
  const bits = new Uint8Array(Math.ceil(delta.length / 8))
  for (let block = 0; block < scales.length; block++) {
    const [from, to] = [block * BIT1_BLOCK, Math.min(delta.length, (block + 1) * BIT1_BLOCK)]
    let sum = 0
    for (let i = from; i < to; i++) {
      const step = delta[i]!
      sum += Math.abs(step)
      const isUp = step === 0 ? i & 1 : step > 0 ? 1 : 0
      bits[i >>> 3] = bits[i >>> 3]! | (isUp << (i & 7))
    }
    scales[block] = scaleNearest(sum / (to - from))
  }
  return Buffer.concat([new Uint8Array(scales.buffer), bits])
}
