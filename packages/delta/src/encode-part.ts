import type { AbortOptions } from '@soup/interface'
import { type Checkpoint, tensorInfo } from '@soup/tensor'
import { elementLayout } from './difference.ts'
import { type Part, readPairs } from './pairs.ts'
import { encodePiece } from './piece.ts'

/** A piece of the expert, and what is stored of it. */
export interface EncodedPiece {
  /** Holds until the next piece is asked for. */
  expert: Uint8Array
  /** As {@link encodePiece} returns it. */
  stored: Uint8Array
}

/** Encodes part of a tensor, piece by piece. */
export async function* encodePart(
  base: Checkpoint,
  expert: Checkpoint,
  part: Part,
  options?: AbortOptions
): AsyncGenerator<EncodedPiece> {
  const layout = elementLayout(tensorInfo(expert, part.tensor).dtype)
  for await (const pair of readPairs(base, expert, part, options))
    yield { expert: pair.expert, stored: encodePiece(pair.expert, pair.base, layout) }
}
