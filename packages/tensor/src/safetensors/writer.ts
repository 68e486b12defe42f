import { createHash } from 'node:crypto'
import type { AbortOptions, ByteSink, ProgressOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo } from '../checkpoint.ts'
import { checkpointBytes, compareNames } from '../describe.ts'
import { alignment } from '../dtype.ts'
import { TensorError } from '../errors.ts'
import { MAX_HEADER_BYTES } from '../limits.ts'
import { incomplete } from '../read-tensor.ts'
import { layOut } from './layout.ts'
import { parseHeader } from './parse-header.ts'

/** Options of {@link writeSafetensors}. */
export interface WriteOptions extends ProgressOptions {
  /** What the file must hash to (lower-case hex), where it is known: nothing else is kept. */
  sha256?: string | undefined
}

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
 * @throws {TensorError} `TENSOR_INCOMPLETE` when a tensor delivers another number of bytes than it said;
 *   `SAFETENSORS_SHA256` when the file isn't the expected one; `SAFETENSORS_INVALID` when the names,
 *   shapes or sizes can't be written so that a reader accepts them
 */
export async function writeSafetensors(
  checkpoint: Checkpoint,
  sink: ByteSink,
  options: WriteOptions = {}
): Promise<WrittenFile> {
  try {
    const written = await writeAll(checkpoint, sink, options)
    if (options.sha256 !== undefined && options.sha256 !== written.sha256) {
      throw unexpected(checkpoint, options.sha256, written.sha256)
    }
    options.signal?.throwIfAborted()
    await sink.commit()
    return written
  } catch (error) {
    await discard(sink, error)
    throw error
  }
}

/**
 * Size of the file that {@link writeSafetensors} makes of a checkpoint, known before a byte is read.
 *
 * @throws {TensorError} `SAFETENSORS_INVALID` as when writing
 */
export function safetensorsBytes(checkpoint: Checkpoint): number {
  return encodeHeader(checkpoint, fileOrder(checkpoint)).length + checkpointBytes(checkpoint)
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
  for (const info of tensors) await writeTensor(checkpoint, info, write, options)
  return { sha256: hash.digest('hex'), sizeBytes, tensorCount: tensors.length }
}

async function writeTensor(
  checkpoint: Checkpoint,
  info: TensorInfo,
  write: (bytes: Uint8Array) => Promise<void>,
  options: AbortOptions
): Promise<void> {
  let got = 0
  for await (const piece of checkpoint.read(info.name, options)) {
    got += piece.length
    if (got > info.sizeBytes) throw incomplete(checkpoint, info, got)
    await write(piece)
  }
  if (got < info.sizeBytes) throw incomplete(checkpoint, info, got)
}

function fileOrder(checkpoint: Checkpoint): TensorInfo[] {
  return [...checkpoint.tensors.values()].sort(
    (a, b) => alignment(b) - alignment(a) || compareNames(a.name, b.name)
  )
}

/** Builds the text by hand: an object would lose a tensor that is called `__proto__`. */
function encodeHeader(checkpoint: Checkpoint, tensors: readonly TensorInfo[]): Uint8Array {
  const metadata = [...new Map([['format', 'pt'], ...checkpoint.metadata])].sort(([a], [b]) =>
    compareNames(a, b)
  )
  const fields = [`"__metadata__":${encodeObject(metadata)}`]
  let begin = 0
  for (const { name, dtype, shape, sizeBytes } of tensors) {
    const end = begin + sizeBytes
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`
    )
    begin = end
  }
  const json = `{${fields.join(',')}}`
  const text = json.padEnd(json.length + (-Buffer.byteLength(json) & 7))
  // What a reader would refuse is not written: bad names, sizes that don't fit the shapes.
  layOut(checkpoint.name, parseHeader(checkpoint.name, text).entries, begin)
  return withLength(checkpoint, Buffer.from(text))
}

function encodeObject(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`
}

function withLength(checkpoint: Checkpoint, header: Uint8Array): Uint8Array {
  if (header.length > MAX_HEADER_BYTES) {
    throw new TensorError(
      'SAFETENSORS_INVALID',
      `${checkpoint.name}: its header would take ${header.length} bytes, at most ${MAX_HEADER_BYTES} are allowed`,
      { details: { checkpoint: checkpoint.name, headerBytes: header.length } }
    )
  }
  const bytes = Buffer.alloc(8 + header.length)
  bytes.writeBigUInt64LE(BigInt(header.length))
  bytes.set(header, 8)
  return bytes
}

function unexpected(checkpoint: Checkpoint, expected: string, got: string): TensorError {
  return new TensorError(
    'SAFETENSORS_SHA256',
    `${checkpoint.name}: the file hashes to ${got}, expected ${expected}; it was not kept`,
    { details: { checkpoint: checkpoint.name, expected, got } }
  )
}

async function discard(sink: ByteSink, failure: unknown): Promise<void> {
  try {
    await sink.discard()
  } catch (cleanup) {
    throw new AggregateError([failure, cleanup], 'writing failed, and so did cleaning up after it')
  }
}
