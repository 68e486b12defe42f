import type { Checkpoint } from '@soup/tensor'
import type { ElementLayout } from './difference.ts'
import { EXACT_1_PIECE_BYTES, EXACT_PIECE_BYTES } from './limits.ts'
import { decodePiece } from './piece.ts'
import { decodePiece1 } from './piece-1.ts'

/** In what the versions of the format differ. */
export interface Version {
  /** Bytes of every piece of a tensor, but for the last. */
  pieceBytes: number
  /**
   * Turns a piece of the base into one of the expert.
   *
   * @param stored at most as many bytes as the piece has
   * @throws {RangeError} when they break the format
   */
  decode(stored: Uint8Array, piece: Uint8Array, layout: ElementLayout): void
}

const EXACT_1: Version = { pieceBytes: EXACT_1_PIECE_BYTES, decode: decodePiece1 }
const EXACT_2: Version = { pieceBytes: EXACT_PIECE_BYTES, decode: decodePiece }

/** The version of a payload whose metadata have been checked. */
export function versionOf(payload: Checkpoint): Version {
  return payload.metadata.get('soup.codec') === 'exact/1' ? EXACT_1 : EXACT_2
}
