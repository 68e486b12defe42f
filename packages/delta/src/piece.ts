import { add, type ElementLayout, subtract } from './difference.ts'
import { UPPER_Z, Z } from './kernels.ts'
import { decodeStream, encodeStream } from './stream.ts'
import type { Cursor } from './table.ts'

/**
 * Encodes one piece of an expert. Its stored length tells how: nothing where it equals the base's, the expert's
 * own bytes where nothing is gained, fewer for streams of its differences.
 *
 * @param expert at most an exact piece, not mutated
 * @param base the base's piece of the same range, not mutated
 * @returns at most as many bytes as the piece has; `expert` itself where nothing is gained
 */
export function encodePiece(
  expert: Uint8Array,
  base: Uint8Array,
  layout: ElementLayout
): Uint8Array {
  if (Buffer.compare(expert, base) === 0) return new Uint8Array(0)
  subtract(expert, base, layout)
  const length = expert.length / layout.width
  const packed =
    layout.width === 8
      ? Buffer.concat([Z, UPPER_Z].map(z => Buffer.concat(encodeStream(z, length, 4))))
      : Buffer.concat(encodeStream(Z, length, layout.width))
  return packed.length < expert.length ? packed : expert
}

/**
 * Decodes what {@link encodePiece} stored. Takes no memory, whatever the stored bytes claim.
 *
 * @param stored at most as many bytes as the piece has, not mutated
 * @param piece the base's piece of the same range, which becomes the expert's
 * @throws {RangeError} when the stored bytes are no streams of such a piece; `piece` then is as it was
 */
export function decodePiece(stored: Uint8Array, piece: Uint8Array, layout: ElementLayout): void {
  if (stored.length === 0) return
  if (stored.length === piece.length) {
    piece.set(stored)
    return
  }
  const from: Cursor = { bytes: stored, at: 0 }
  const length = piece.length / layout.width
  decodeStream(from, Z, length, layout.width === 8 ? 4 : layout.width)
  if (layout.width === 8) decodeStream(from, UPPER_Z, length, 4)
  if (from.at < stored.length) {
    throw new RangeError(`${stored.length - from.at} bytes follow its streams`)
  }
  add(piece, layout)
}
