import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from './checkpoint.ts'
import { PIECE_BYTES } from './limits.ts'
import { tensorInfo } from './tensor-info.ts'

/** The sizes of the pieces in which a tensor of `sizeBytes` is read. */
export function* pieceSizes(sizeBytes: number): Generator<number> {
  for (let left = sizeBytes; left > 0; left -= PIECE_BYTES) yield Math.min(left, PIECE_BYTES)
}

/**
 * Streams a tensor in pieces of exactly `PIECE_BYTES`, but for the last one; a tensor without elements has no
 * piece.
 *
 * @returns fresh buffers; they count only when the iteration has ended, see {@link TensorReader}
 * @throws {RangeError} when no tensor has this name
 */
export async function* readPieces(
  checkpoint: Checkpoint,
  name: string,
  options?: AbortOptions
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { sizeBytes } = tensorInfo(checkpoint, name)
  const reader = checkpoint.open(name)
  for (const size of pieceSizes(sizeBytes)) {
    options?.signal?.throwIfAborted()
    const piece = new Uint8Array(size)
    await reader.read(piece, options)
    yield piece
  }
}
