import { decodeBlock, encodeBlock, type FloatDtype, floatBytes } from './kernels/convert.ts'
import { BLOCK_BYTES, type Block, returnBlocks, takeBlocks } from './kernels/memory.ts'

/** Turns stored floats into f32 and back. */
export interface FloatCodec {
  /**
   * Widens to f32 (F64 is rounded to nearest even).
   *
   * @param bytes whole elements that may begin anywhere, not kept
   * @returns fresh values; NaN payloads of F16, BF16 and F32 are kept
   */
  decode(bytes: Uint8Array): Float32Array<ArrayBuffer>
  /**
   * Rounds once, to nearest even: overflow becomes infinity (NaN where there is none), small values subnormal.
   *
   * @param values f32, not mutated
   * @returns fresh bytes, so that `encode(decode(bytes))` is `bytes`, except for F64 and NaN of 8 bits
   */
  encode(values: Float32Array): Uint8Array<ArrayBuffer>
}

/** Bytes of an f32. */
const VALUE_BYTES = 4

/** The conversion between `dtype` and f32. */
export function floatCodec(dtype: FloatDtype): FloatCodec {
  const width = floatBytes(dtype)
  return {
    decode: bytes => {
      const values = new Float32Array(bytes.length / width)
      convert(bytes, width, bytesOf(values), VALUE_BYTES, (from, to, length) =>
        decodeBlock(dtype, from, to, length)
      )
      return values
    },
    encode: values => {
      const bytes = new Uint8Array(values.length * width)
      convert(bytesOf(values), VALUE_BYTES, bytes, width, (from, to, length) =>
        encodeBlock(dtype, from, to, length)
      )
      return bytes
    }
  }
}

/** Takes elements through the kernels' memory, a block at a time. */
function convert(
  source: Uint8Array,
  fromWidth: number,
  target: Uint8Array,
  toWidth: number,
  step: (from: Block, to: Block, length: number) => void
): void {
  const [from, to] = takeBlocks(2)
  const most = BLOCK_BYTES / Math.max(fromWidth, toWidth)
  const count = target.length / toWidth
  for (let at = 0; at < count; at += most) {
    const length = Math.min(most, count - at)
    from!.bytes.set(source.subarray(at * fromWidth, (at + length) * fromWidth))
    step(from!, to!, length)
    target.set(to!.bytes.subarray(0, length * toWidth), at * toWidth)
  }
  returnBlocks([from!, to!])
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
