import type { AbortOptions } from '@soup/interface'
import { type Checkpoint, tensorInfo } from '@soup/tensor'
import { elementLayout } from './difference.ts'
import { EXACT_PIECE_BYTES } from './limits.ts'
import { encodePiece } from './piece.ts'

/** Part of a tensor: whole pieces, but for the tensor's last. */
export interface Part {
  tensor: string
  /** The first byte, from the tensor's beginning. */
  offset: number
  sizeBytes: number
}

/** A piece of the expert, and what is stored of it. */
export interface EncodedPiece {
  /** Holds until the next piece is asked for. */
  expert: Uint8Array
  /** As {@link encodePiece} returns it. */
  stored: Uint8Array
}

/** The sizes of the pieces that so many bytes are encoded in. */
export function* exactPieceSizes(
  sizeBytes: number,
  pieceBytes: number = EXACT_PIECE_BYTES
): Generator<number> {
  for (let left = sizeBytes; left > 0; left -= pieceBytes) yield Math.min(left, pieceBytes)
}

/** Encodes part of a tensor, piece by piece. */
export async function* encodePart(
  base: Checkpoint,
  expert: Checkpoint,
  { tensor, offset, sizeBytes }: Part,
  options?: AbortOptions
): AsyncGenerator<EncodedPiece> {
  const layout = elementLayout(tensorInfo(expert, tensor).dtype)
  const [expertReader, baseReader] = [expert.open(tensor, offset), base.open(tensor, offset)]
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(sizeBytes, EXACT_PIECE_BYTES)))
  for (const size of exactPieceSizes(sizeBytes)) {
    const [ours, theirs] = buffers.map(buffer => buffer.subarray(0, size)) as [
      Uint8Array,
      Uint8Array
    ]
    await expertReader.read(ours, options)
    await baseReader.read(theirs, options)
    yield { expert: ours, stored: encodePiece(ours, theirs, layout) }
  }
}
