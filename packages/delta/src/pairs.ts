import type { AbortOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo } from '@soup/tensor'
import { EXACT_PIECE_BYTES } from './limits.ts'

/** Part of a tensor: whole pieces, but for the tensor's last. */
export interface Part {
  tensor: string
  /** The first byte, from the tensor's beginning. */
  offset: number
  sizeBytes: number
}

/** The same piece of an expert and its base. */
export interface PiecePair {
  expert: Uint8Array
  base: Uint8Array
}

/** All of a tensor. */
export function wholeTensor({ name, sizeBytes }: TensorInfo): Part {
  return { tensor: name, offset: 0, sizeBytes }
}

/** The sizes of the pieces that so many bytes are encoded in. */
export function* exactPieceSizes(sizeBytes: number): Generator<number> {
  for (let left = sizeBytes; left > 0; left -= EXACT_PIECE_BYTES)
    yield Math.min(left, EXACT_PIECE_BYTES)
}

/**
 * Reads part of a tensor of both checkpoints, piece by piece.
 *
 * @returns the same two buffers every time, each no larger than a piece or the part
 */
export async function* readPairs(
  base: Checkpoint,
  expert: Checkpoint,
  { tensor, offset, sizeBytes }: Part,
  options?: AbortOptions
): AsyncGenerator<PiecePair> {
  const [expertReader, baseReader] = [expert.open(tensor, offset), base.open(tensor, offset)]
  const most = Math.min(sizeBytes, EXACT_PIECE_BYTES)
  const [ours, theirs] = [new Uint8Array(most), new Uint8Array(most)]
  for (const size of exactPieceSizes(sizeBytes)) {
    const pair = { expert: ours.subarray(0, size), base: theirs.subarray(0, size) }
    await expertReader.read(pair.expert, options)
    await baseReader.read(pair.base, options)
    yield pair
  }
}

/** Tells whether both pieces have the same bytes. */
export function isUnchanged({ expert, base }: PiecePair): boolean {
  return Buffer.compare(expert, base) === 0
}
