import type { Checkpoint, TensorInfo } from '@soup/tensor'
import { elementLayout } from './difference.ts'
import { EXACT_1_PIECE_BYTES, EXACT_PIECE_BYTES } from './limits.ts'
import { decodePiece } from './piece.ts'
import { decodePiece1 } from './piece-1.ts'

/** How the pieces of one tensor are stored. */
export interface PieceFormat {
  /** Bytes of every piece of the tensor, but for the last. */
  readonly pieceBytes: number
  /** The most bytes that are stored of a piece, by the bytes that it decodes to. */
  maxStoredBytes(sizeBytes: number): number
  /**
   * Turns a piece of the base into one of the expert.
   *
   * @param stored at least one byte, at most {@link maxStoredBytes}; trusted in nothing
   * @throws {RangeError} when they break the format
   */
  decode(stored: Uint8Array, piece: Uint8Array): void
}

/** How an exact payload, whose metadata have been checked, stores a tensor: what it stores is no longer than that. */
export function exactFormat(payload: Checkpoint, { dtype }: TensorInfo): PieceFormat {
  const isFirst = payload.metadata.get('soup.codec') === 'exact/1'
  const layout = elementLayout(dtype)
  const decodeOne = isFirst ? decodePiece1 : decodePiece
  return {
    pieceBytes: isFirst ? EXACT_1_PIECE_BYTES : EXACT_PIECE_BYTES,
    maxStoredBytes: sizeBytes => sizeBytes,
    decode: (stored, piece) => decodeOne(stored, piece, layout)
  }
}
