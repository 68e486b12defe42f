import { type FloatDtype, floatBytes } from '@soup/tensor'
import { INT8_BLOCK } from '../limits.ts'
import { packFrame, unpackFrame } from './frame.ts'
import type { PieceCodec } from './piece-codec.ts'
import { readScales, SCALE_BYTES, scaleUp, scaleValue } from './scales.ts'
import { updateValues, type Values, visitValues } from './values.ts'

/** The largest code; −128 is not used. */
const MAX_CODE = 127

/**
 * Every block of {@link INT8_BLOCK} consecutive elements has a scale s; an element is a multiple of it:
 *
 *     q = round(Δ / s),  |q| ≤ 127,  Δ̂ = q · s,  s = max|Δ| / 127
 *
 * (absmax quantisation by blocks: Dettmers et al. 2022, arXiv 2110.02861, linear here). s is a bfloat16, rounded up,
 * so that |Δ̂ − Δ| ≤ s / 2 (but for f32's own rounding) and q · s is exact in f32: adding it to θ₀ is the only sum,
 * rounded once. How pieces are stored, the package's page says.
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
  decode: (stored, piece, dtype) => {
    const count = piece.length / floatBytes(dtype)
    const scaleBytes = scaleCount(count) * SCALE_BYTES
    if (stored.length <= scaleBytes) throw new RangeError('it is shorter than its scales')
    const scales = readScales(stored, scaleCount(count))
    const codes = unpackCodes(stored.subarray(scaleBytes), count)
    updateValues(piece, dtype, (values, at) => addCodes(values, codes.subarray(at), scales, at))
  }
}

function scaleCount(count: number): number {
  return Math.ceil(count / INT8_BLOCK)
}

/** q of each stored code. That of 128 is −0: adding it changes no number, not even −0, and takes no branch. */
const FACTORS = Float64Array.from({ length: 256 }, (_, code) => (code === 128 ? -0 : code - 128))

/** θ₀ + q · s; where q is 0 the element stays as it is. */
function addCodes(values: Values, codes: Uint8Array, scales: Float32Array, at: number): void {
  for (let from = 0; from < values.length; from += INT8_BLOCK) {
    const to = Math.min(values.length, from + INT8_BLOCK)
    const scale = scales[(at + from) / INT8_BLOCK]!
    for (let i = from; i < to; i++) values[i] = values[i]! + FACTORS[codes[i]!]! * scale
  }
}

function quantise(expert: Uint8Array, base: Uint8Array, dtype: FloatDtype): Uint8Array | undefined {
  const count = base.length / floatBytes(dtype)
  const scales = new Uint16Array(scaleCount(count))
  const codes = new Uint8Array(count)
  let isBounded = true
  visitValues([expert, base], dtype, ([ours, theirs], at) => {
    const those = codes.subarray(at, at + ours!.length)
    isBounded &&= quantiseBlocks(ours!, theirs!, those, scales.subarray(at / INT8_BLOCK))
  })
  if (!isBounded) return undefined
  const packed = packFrame(codes)
  return Buffer.concat([
    new Uint8Array(scales.buffer),
    packed.length < codes.length ? packed : codes
  ])
}

const delta = new Float32Array(INT8_BLOCK)

/** @returns whether all differences are finite */
function quantiseBlocks(
  expert: Values,
  base: Values,
  codes: Uint8Array,
  scales: Uint16Array
): boolean {
  for (let from = 0; from < expert.length; from += INT8_BLOCK) {
    const length = Math.min(INT8_BLOCK, expert.length - from)
    let most = 0
    for (let i = 0; i < length; i++) {
      delta[i] = expert[from + i]! - base[from + i]!
      most = Math.max(most, Math.abs(delta[i]!))
    }
    if (!Number.isFinite(most)) return false
    const scale = scaleUp(most / MAX_CODE)
    scales[from / INT8_BLOCK] = scale
    const inverse = most === 0 ? 0 : 1 / scaleValue(scale)
    // To nearest, half up: Math.round, which is slower.
    for (let i = 0; i < length; i++) codes[from + i] = delta[i]! * inverse + 128.5
  }
  return true
}

function unpackCodes(stored: Uint8Array, count: number): Uint8Array {
  const codes = stored.length === count ? stored : unpackFrame(stored, count)
  if (codes.length === count) return codes
  throw new RangeError(`it holds ${codes.length} codes, expected ${count}`)
}
