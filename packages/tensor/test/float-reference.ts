/** Conversions in plain JavaScript, with which the kernels are compared. */

type ReferenceDtype = 'F16' | 'BF16' | 'F32' | 'F64'

interface Reference {
  decode(bytes: Uint8Array): Float32Array<ArrayBuffer>
  encode(values: Float32Array): Uint8Array<ArrayBuffer>
}

export function reference(dtype: ReferenceDtype): Reference {
  return CODECS[dtype]
}

/** Copies to an aligned buffer of its own: pieces may start anywhere. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length)
}

/** IEEE 754 binary16 to the bits of binary32. */
function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13)
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13)
  if (fraction === 0) return sign
  const shift = Math.clz32(fraction) - 21
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13)
}

/** Drops the low `shift` bits of `value`, rounding to nearest even. */
function shiftRounding(value: number, shift: number): number {
  const kept = value >>> shift
  const dropped = value & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return kept + (dropped > half || (dropped === half && (kept & 1) === 1) ? 1 : 0)
}

/** The bits of binary32 to the nearest binary16; a carry out of the fraction grows the exponent. */
function roundToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7c00 | ((magnitude >>> 13) & 1023 || 0x200)
  if (magnitude >= 0x47800000) return sign | 0x7c00
  if (magnitude >= 0x38800000) return sign | shiftRounding(magnitude - 0x38000000, 13)
  const exponent = magnitude >>> 23
  if (exponent < 102) return sign
  return sign | shiftRounding((magnitude & 0x7fffff) | 0x800000, 126 - exponent)
}

/** The bits of binary32 to the nearest bfloat16: its upper half, rounded. */
function roundToBrain(bits: number): number {
  const upper = bits >>> 16
  if ((bits & 0x7fffffff) > 0x7f800000) return (upper & 127) === 0 ? upper | 64 : upper
  return (bits + 0x7fff + (upper & 1)) >>> 16
}

function decodeHalf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const source = new Uint16Array(aligned(bytes))
  const target = new Uint32Array(source.length)
  for (let i = 0; i < source.length; i++) target[i] = widenHalf(source[i]!)
  return new Float32Array(target.buffer)
}

function encodeHalf(values: Float32Array): Uint8Array<ArrayBuffer> {
  const source = bitsOf(values)
  const target = new Uint16Array(source.length)
  for (let i = 0; i < source.length; i++) target[i] = roundToHalf(source[i]!)
  return new Uint8Array(target.buffer)
}

function decodeBrain(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const source = new Uint16Array(aligned(bytes))
  const target = new Uint32Array(source.length)
  for (let i = 0; i < source.length; i++) target[i] = source[i]! << 16
  return new Float32Array(target.buffer)
}

function encodeBrain(values: Float32Array): Uint8Array<ArrayBuffer> {
  const source = bitsOf(values)
  const target = new Uint16Array(source.length)
  for (let i = 0; i < source.length; i++) target[i] = roundToBrain(source[i]!)
  return new Uint8Array(target.buffer)
}

/** Rounds to f32; a NaN becomes the positive quiet one, for processors differ in which it is. */
function narrow(values: Float64Array): Float32Array<ArrayBuffer> {
  const target = Float32Array.from(values)
  const bits = bitsOf(target)
  for (let i = 0; i < bits.length; i++) if (Number.isNaN(target[i])) bits[i] = 0x7fc00000
  return target
}

/** Widens to f64; a NaN becomes the positive quiet one. */
function widen(values: Float32Array): Float64Array<ArrayBuffer> {
  const target = Float64Array.from(values)
  const bits = new BigUint64Array(target.buffer)
  for (let i = 0; i < bits.length; i++) if (Number.isNaN(target[i])) bits[i] = 0x7ff8n << 48n
  return target
}

const CODECS: Record<ReferenceDtype, Reference> = {
  F16: { decode: decodeHalf, encode: encodeHalf },
  BF16: { decode: decodeBrain, encode: encodeBrain },
  F32: {
    decode: bytes => new Float32Array(aligned(bytes)),
    encode: values => new Uint8Array(bitsOf(values).slice().buffer)
  },
  F64: {
    decode: bytes => narrow(new Float64Array(aligned(bytes))),
    encode: values => new Uint8Array(widen(values).buffer)
  }
}
