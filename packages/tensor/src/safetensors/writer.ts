import { createHash } from 'node:crypto'
import type { ByteSink, ProgressOptions } from '@soup/interface'
import type { Checkpoint } from '../checkpoint.ts'
import { checkpointBytes } from '../describe.ts'
import { readPieces } from '../pieces.ts'
import { encodeHeader, fileOrder } from './header.ts'

/** A file that was written. */
export interface WrittenFile {
  /** SHA-256 of the whole file, lower-case hex. */
  sha256: string
  sizeBytes: number
  tensorCount: number
}

/**
 * Streams a checkpoint into a safetensors file. The same tensors and metadata give the same bytes,
 * whatever their order: tensors are sorted by alignment (largest first), then by name, metadata by key.
 * `__metadata__.format` is `pt` unless the checkpoint says otherwise, for loaders refuse files without.
 *
 * @param sink is committed in the end; on any failure it is discarded
 * @throws {TensorError} `SAFETENSORS_INVALID` when the names, shapes or sizes can't be written so that a reader accepts
 *   them
 */
export async function writeSafetensors(
  checkpoint: Checkpoint,
  sink: ByteSink,
  options: ProgressOptions = {}
): Promise<WrittenFile> {
  try {
    const written = await writeAll(checkpoint, sink, options)
    options.signal?.throwIfAborted()
    await sink.commit()
    return written
  } catch (error) {
    await discard(sink, error)
    throw error
  }
}

async function writeAll(
  checkpoint: Checkpoint,
  sink: ByteSink,
  options: ProgressOptions
): Promise<WrittenFile> {
  const tensors = fileOrder(checkpoint)
  const header = encodeHeader(checkpoint, tensors)
  const total = header.length + checkpointBytes(checkpoint)
  const hash = createHash('sha256')
  let sizeBytes = 0
  const write = async (bytes: Uint8Array) => {
    hash.update(bytes)
    await sink.write(bytes, options)
    sizeBytes += bytes.length
    options.onProgress?.({ stage: 'write tensors', done: sizeBytes, total, unit: 'bytes' })
  }
  await write(header)
  for (const { name } of tensors) {
    for await (const piece of readPieces(checkpoint, name, options)) await write(piece)
  }
  return { sha256: hash.digest('hex'), sizeBytes, tensorCount: tensors.length }
}

async function discard(sink: ByteSink, failure: unknown): Promise<void> {
  try {
    await sink.discard()
  } catch (cleanup) {
    throw new AggregateError([failure, cleanup], 'writing failed, and so did cleaning up after it')
  }
}
