import type { AbortOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo } from '@soup/tensor'
import { exactPieceSizes } from '../encode-part.ts'
import { EXACT_PIECE_BYTES } from '../limits.ts'
import type { PiecePair } from './piece-codec.ts'

/**
 * Reads a tensor of both checkpoints, piece by piece.
 *
 * @param advance called with the bytes of each piece that has been dealt with
 * @returns the same two buffers every time
 */
export async function* readPairs(
  base: Checkpoint,
  expert: Checkpoint,
  { name, sizeBytes }: TensorInfo,
  advance: (bytes: number) => void,
  options: AbortOptions
): AsyncGenerator<PiecePair> {
  const [expertReader, baseReader] = [expert.open(name), base.open(name)]
  const [ours, theirs] = [new Uint8Array(EXACT_PIECE_BYTES), new Uint8Array(EXACT_PIECE_BYTES)]
  for (const size of exactPieceSizes(sizeBytes)) {
    const pair = { expert: ours.subarray(0, size), base: theirs.subarray(0, size) }
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
