import type { AbortOptions } from '@soup/interface'
import {
  BLOCK_BYTES,
  type Block,
  type Checkpoint,
  elementCount,
  floatBytes,
  type Precision,
  returnBlocks,
  takeBlocks,
  tensorInfo
} from '@soup/tensor'
import { decodeValues, floatDtype, valueBytes } from './tensors.ts'

/**
 * Reads a whole float tensor of all terms, side by side and block by block, for what must be known of it as a whole.
 *
 * @param terms tensors of one name and shape, of float dtypes
 * @param visit gets blocks of values of the precision, one a term, which it may overwrite; all blocks but the last are
 *   of one size, a multiple of 32 bytes
 */
export async function scan(
  terms: readonly Checkpoint[],
  name: string,
  precision: Precision,
  visit: (values: readonly Block[], sizeBytes: number) => void,
  options?: AbortOptions
): Promise<void> {
  const inputs = terms.map(term => {
    const dtype = floatDtype(term, name)
    return { dtype, width: floatBytes(dtype), reader: term.open(name) }
  })
  const valueWidth = valueBytes(precision)
  const most = BLOCK_BYTES / Math.max(valueWidth, ...inputs.map(({ width }) => width))
  const count = elementCount(tensorInfo(terms[0]!, name).shape)!
  const blocks = takeBlocks(2 * terms.length + 1)
  const spare = blocks.at(-1)!
  try {
    for (let at = 0; at < count; at += most) {
      options?.signal?.throwIfAborted()
      const length = Math.min(most, count - at)
      const values: Block[] = []
      for (const [k, { dtype, width, reader }] of inputs.entries()) {
        const [input, to] = [blocks[2 * k]!, blocks[2 * k + 1]!]
        await reader.read(input.bytes.subarray(0, length * width), options)
        values.push(decodeValues(dtype, precision, input, { to, spare }, length))
      }
      visit(values, length * valueWidth)
    }
  } finally {
    returnBlocks(blocks)
  }
}
