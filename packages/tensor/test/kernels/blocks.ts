import type { Precision } from '../../src/kernels/elect.ts'
import { type Block, returnBlocks, takeBlocks } from '../../src/kernels/memory.ts'

type Values = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/**
 * Puts values into blocks, behind which other bytes lie, and gives a kernel one more for its result.
 *
 * @returns the first elements of the blocks after the kernel, the result's last
 */
export function inBlocks<T extends Values>(
  inputs: readonly T[],
  compute: (blocks: readonly Block[], out: Block, sizeBytes: number) => void
): T[] {
  const blocks = takeBlocks(inputs.length + 1)
  const [first] = inputs
  for (const { bytes } of blocks) bytes.fill(0xff, 0, 2 ** 12) // a NaN, whatever the dtype
  for (const [k, values] of inputs.entries()) blocks[k]!.bytes.set(new Uint8Array(values.buffer))
  compute(blocks.slice(0, -1), blocks.at(-1)!, first!.byteLength)
  const results = blocks.map(({ bytes }) => {
    const copy = first!.slice() as T
    new Uint8Array(copy.buffer).set(bytes.subarray(0, first!.byteLength))
    return copy
  })
  returnBlocks(blocks)
  return results
}

/** The values' bits, as text. */
export function bits(values: Values): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex')
}

/** A precision, what it rounds to, and arrays of it. */
interface PrecisionCase {
  precision: Precision
  round(value: number): number
  array(list: number[]): Values
}

/** Every precision. */
export const PRECISIONS: readonly PrecisionCase[] = [
  { precision: 'F32', round: Math.fround, array: list => Float32Array.from(list) },
  { precision: 'F64', round: value => value, array: list => Float64Array.from(list) }
]
