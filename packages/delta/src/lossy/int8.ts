import { type FloatDtype, floatBytes } from '@soup/tensor'
import { INT8_BLOCK } from '../limits.ts'
import { packFrame, unpackFrame } from './frame.ts'
import type { PieceCodec } from './piece-codec.ts'
import { readScales, SCALE_BYTES, scaleUp } from './scales.ts'
import { addDelta, decodeValues, subtractValues } from './values.ts'

/** The largest code; −128 is not used. */
const MAX_CODE = 127

/**
 * Every block of {@link INT8_BLOCK} consecutive elements has a scale s; an element is a multiple of it:
 *
 *     q = round(Δ / s),  |q| ≤ 127,  Δ̂ = q · s,  s = max|Δ| / 127
 *
 * (absmax quantisation by blocks: Dettmers et al. 2022, arXiv 2110.02861, linear here). s is a bfloat16, rounded up,
 * so that |Δ̂ − Δ| ≤ s / 2 (but for f32's own rounding) and q · s is exact in f32: adding it to θ₀ is the only sum,
 * rounded once.
 *
 * A stored piece is its scales; its codes, each plus 128, in a zstd frame, or as they are where zstd gains nothing.
 */
export const int8: PieceCodec = {
  passes: 0,
  maxPieceBytes: (sizeBytes, dtype) => {
    const count = sizeBytes / floatBytes(dtype)
    return scaleCount(count) * SCALE_BYTES + count
  },
  prepare:
    async ({ dtype }) =>
    (expert, base) =>
      quantise(expert, base, dtype),
  decode: (stored, base, dtype) => {
    const count = base.length / floatBytes(dtype)
    const scaleBytes = scaleCount(count) * SCALE_BYTES
    if (stored.length <= scaleBytes) throw new RangeError('it is shorter than its scales')
    const scales = readScales(stored, scaleCount(count))
    const codes = unpackCodes(stored.subarray(scaleBytes), count)
    const delta = new Float32Array(count)
    for (let i = 0; i < count; i++) delta[i] = (codes[i]! - 128) * scales[(i / INT8_BLOCK) | 0]!
    return addDelta(base, delta, dtype)
  }
}

function scaleCount(count: number): number {
  return Math.ceil(count / INT8_BLOCK)
}

function quantise(expert: Uint8Array, base: Uint8Array, dtype: FloatDtype): Uint8Array {
  const delta = subtractValues(decodeValues(expert, dtype), decodeValues(base, dtype))
  const scales = new Uint16Array(scaleCount(delta.length))
  const codes = new Uint8Array(delta.length)
  for (let block = 0; block < scales.length; block++) {
    const [from, to] = [block * INT8_BLOCK, Math.min(delta.length, (block + 1) * INT8_BLOCK)]
    let most = 0
    for (let i = from; i < to; i++) most = Math.max(most, Math.abs(delta[i]!))
    scales[block] = scaleUp(most / MAX_CODE)
    const [scale] = readScales(new Uint8Array(scales.buffer, block * SCALE_BYTES), 1)
    const inverse = most === 0 ? 0 : 1 / scale!
    for (let i = from; i < to; i++) codes[i] = 128 + Math.round(delta[i]! * inverse)
  }
  const packed = packFrame(codes)
  return Buffer.concat([
    new Uint8Array(scales.buffer),
    packed.length < codes.length ? packed : codes
  ])
}

function unpackCodes(stored: Uint8Array, count: number): Uint8Array {
  const codes = stored.length === count ? stored : unpackFrame(stored, count)
  if (codes.length === count) return codes
  throw new RangeError(`it holds ${codes.length} codes, expected ${count}`)
}
