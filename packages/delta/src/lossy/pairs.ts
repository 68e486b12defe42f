import type { AbortOptions } from '@soup/interface'
import { type Checkpoint, isFloatDtype, pieceSizes, type TensorInfo } from '@soup/tensor'
import type { PiecePair } from './piece-codec.ts'
import { decodeValues, subtractValues } from './values.ts'

/**
 * Reads a tensor of both checkpoints, piece by piece.
 *
 * @param advance called with the bytes of each piece that has been dealt with
 * @returns fresh buffers
 */
export async function* readPairs(
  base: Checkpoint,
  expert: Checkpoint,
  { name, sizeBytes }: TensorInfo,
  advance: (bytes: number) => void,
  options: AbortOptions
): AsyncGenerator<PiecePair> {
  const [expertReader, baseReader] = [expert.open(name), base.open(name)]
  for (const size of pieceSizes(sizeBytes)) {
    const pair = { expert: new Uint8Array(size), base: new Uint8Array(size) }
    await expertReader.read(pair.expert, options)
    await baseReader.read(pair.base, options)
    yield pair
    advance(size)
  }
}

/** Tells whether both pieces have the same bytes. */
export function isUnchanged({ expert, base }: PiecePair): boolean {
  return Buffer.compare(expert, base) === 0
}

/**
 * What a tensor needs: nothing where it equals the base's; a lossy codec where its differences are finite f32; else
 * (integers, packed and unknown dtypes, tensors with NaN or infinities that changed) its own bytes as they are.
 */
export async function classify(
  { dtype }: TensorInfo,
  pairs: AsyncIterable<PiecePair>
): Promise<'equal' | 'coded' | 'raw'> {
  let isEqual = true
  let sum = 0
  for await (const pair of pairs) {
    if (isUnchanged(pair)) continue
    isEqual = false
    if (!isFloatDtype(dtype)) continue
    const delta = subtractValues(decodeValues(pair.expert, dtype), decodeValues(pair.base, dtype))
    for (let i = 0; i < delta.length; i++) sum += Math.abs(delta[i]!)
  }
  if (isEqual) return 'equal'
  return isFloatDtype(dtype) && Number.isFinite(sum) ? 'coded' : 'raw'
}
