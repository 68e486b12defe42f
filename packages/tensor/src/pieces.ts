import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from './checkpoint.ts'
import { TensorError } from './errors.ts'
import { PIECE_BYTES } from './limits.ts'

/** The sizes of the pieces in which a tensor of `sizeBytes` is read. */
export function* pieceSizes(sizeBytes: number): Generator<number> {
  for (let left = sizeBytes; left > 0; left -= PIECE_BYTES) yield Math.min(left, PIECE_BYTES)
}

/**
 * Cuts a stream of any shape into pieces of exactly `PIECE_BYTES`, but for the last.
 *
 * @param chunks buffers that the stream gives away
 */
export async function* exactPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece: Uint8Array | undefined
  let filled = 0
  for await (let chunk of chunks) {
    while (chunk.length > 0) {
      if (filled === 0 && chunk.length === PIECE_BYTES) {
        yield chunk
        break
      }
      piece ??= new Uint8Array(PIECE_BYTES)
      const part = chunk.subarray(0, PIECE_BYTES - filled)
      piece.set(part, filled)
      filled += part.length
      chunk = chunk.subarray(part.length)
      if (filled < PIECE_BYTES) continue
      yield piece
      piece = undefined
      filled = 0
    }
  }
  if (piece !== undefined) yield piece.slice(0, filled)
}

/**
 * Reads the tensor that several checkpoints hold under one name and size in step, concurrently.
 *
 * @returns a piece of each checkpoint at a time, in their order, all of one length
 * @throws {TensorError} `TENSOR_INCOMPLETE` when a checkpoint delivers less or more than the first
 */
export async function* readInStep(
  checkpoints: readonly Checkpoint[],
  name: string,
  options?: AbortOptions
): AsyncGenerator<Uint8Array[]> {
  const readers = checkpoints.map(checkpoint =>
    checkpoint.read(name, options)[Symbol.asyncIterator]()
  )
  try {
    while (readers.length > 0) {
      const steps = await Promise.all(readers.map(reader => reader.next()))
      const pieces = steps.map(step => (step.done ? undefined : step.value))
      const expected = pieces[0]?.length
      const odd = pieces.findIndex(piece => piece?.length !== expected)
      if (odd >= 0) throw outOfStep(checkpoints[odd]!, name, expected, pieces[odd]?.length)
      if (expected === undefined) return
      yield pieces as Uint8Array[]
    }
  } finally {
    await Promise.allSettled(readers.map(reader => reader.return?.()))
  }
}

function outOfStep(checkpoint: Checkpoint, tensor: string, expected = 0, got = 0): TensorError {
  return new TensorError(
    'TENSOR_INCOMPLETE',
    `${checkpoint.name}: tensor ${JSON.stringify(tensor)} was cut: expected a piece of ${expected} bytes, got ${got}`,
    { details: { checkpoint: checkpoint.name, tensor, expected, got } }
  )
}
