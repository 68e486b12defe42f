import { createHash } from 'node:crypto'
import type { ByteSink, ProgressOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo } from '../checkpoint.ts'
import { checkpointBytes } from '../describe.ts'
import { encodeIndex, INDEX_NAME } from './shard-index.ts'
import { layOutShards } from './shard-layout.ts'
import { safetensorsBytes, type WrittenFile, writeSafetensors } from './writer.ts'

/**
 * Creates the file of this name, without separators, beside the others.
 *
 * @param sizeBytes bytes that the file will have
 */
export type SinkForName = (fileName: string, sizeBytes: number) => Promise<ByteSink>

/** Options of {@link writeSharded}. */
export interface WriteShardedOptions extends ProgressOptions {
  /** Most bytes of tensors in a shard, without its header. */
  shardSize: number
}

/** A shard that was written. */
export interface WrittenShard extends WrittenFile {
  /** Its name beside the index. */
  fileName: string
}

/** A sharded checkpoint that was written. */
export interface WrittenShards {
  /** The shards, in the order of their names. */
  shards: WrittenShard[]
  /** The index; undefined where there is but one shard. */
  index: Omit<WrittenShard, 'tensorCount'> | undefined
  /** Bytes of all files together, the index among them. */
  sizeBytes: number
  /** Tensors of all shards together. */
  tensorCount: number
}

/** A shard whose size is known. */
interface SizedShard {
  fileName: string
  part: Checkpoint
  sizeBytes: number
}

/** All that is known before a tensor is read. */
interface Plan {
  shards: SizedShard[]
  /** Undefined where there is but one shard. */
  index: Uint8Array | undefined
  sizeBytes: number
}

/**
 * Streams a checkpoint into a folder as Hugging Face's tools write it: the shards of
 * {@link layOutShards}, then `model.safetensors.index.json`; a single shard is `model.safetensors` and has
 * no index. Each shard is what {@link writeSafetensors} makes of its tensors and the checkpoint's
 * metadata, so that the same tensors in the same order give the same bytes.
 *
 * Everything that can be known beforehand is checked before a tensor is read, and all files are created
 * before the first is filled. They are committed only when all are complete, the index last: without it
 * the others are no checkpoint. On any failure every sink is discarded; shards that were committed before
 * another's commit failed stay.
 *
 * @throws {RangeError} when `shardSize` is no positive integer
 * @throws {TensorError} `SHARDS_TOO_MANY`; `SHARDS_INVALID` when the index would be too long; else as
 *   {@link writeSafetensors}
 */
export async function writeSharded(
  checkpoint: Checkpoint,
  sinkForName: SinkForName,
  options: WriteShardedOptions
): Promise<WrittenShards> {
  const plan = planFiles(checkpoint, options.shardSize)
  const sinks: ByteSink[] = []
  try {
    for (const { fileName, sizeBytes } of plan.shards) {
      options.signal?.throwIfAborted()
      sinks.push(await sinkForName(fileName, sizeBytes))
    }
    if (plan.index !== undefined) sinks.push(await sinkForName(INDEX_NAME, plan.index.length))
    const written = await writeAll(plan, sinks, options)
    options.signal?.throwIfAborted()
    for (const sink of sinks) await sink.commit()
    return written
  } catch (error) {
    await discardAll(sinks, error)
    throw error
  }
}

function planFiles(checkpoint: Checkpoint, shardSize: number): Plan {
  const shards = layOutShards(checkpoint, shardSize).map(({ fileName, tensors }) => {
    const part = partOf(checkpoint, tensors)
    return { fileName, part, sizeBytes: safetensorsBytes(part) }
  })
  const index = shards.length === 1 ? undefined : indexOf(checkpoint, shards)
  const sizeBytes = shards.reduce((sum, shard) => sum + shard.sizeBytes, index?.length ?? 0)
  return { shards, index, sizeBytes }
}

function partOf(checkpoint: Checkpoint, tensors: readonly TensorInfo[]): Checkpoint {
  return {
    name: checkpoint.name,
    metadata: checkpoint.metadata,
    tensors: new Map(tensors.map(info => [info.name, info])),
    read: (name, options) => checkpoint.read(name, options),
    close: () => Promise.resolve()
  }
}

function indexOf(checkpoint: Checkpoint, shards: readonly SizedShard[]): Uint8Array {
  const weightMap = new Map<string, string>()
  for (const { fileName, part } of shards) {
    for (const name of part.tensors.keys()) weightMap.set(name, fileName)
  }
  return encodeIndex(checkpoint.name, { totalSize: checkpointBytes(checkpoint), weightMap })
}

/** Fills the sinks, the index's last; commits none. */
async function writeAll(
  { shards, index, sizeBytes }: Plan,
  sinks: readonly ByteSink[],
  { signal, onProgress }: ProgressOptions
): Promise<WrittenShards> {
  const written: WrittenShard[] = []
  let before = 0
  const report = (done: number, note: string) =>
    onProgress?.({ stage: 'write tensors', done, total: sizeBytes, unit: 'bytes', note })
  for (const [i, { fileName, part }] of shards.entries()) {
    const file = await writeSafetensors(part, uncommitted(sinks[i]!), {
      signal,
      onProgress: ({ done }) => report(before + done, fileName)
    })
    written.push({ fileName, ...file })
    before += file.sizeBytes
  }
  if (index !== undefined) {
    await sinks.at(-1)!.write(index, { signal })
    report(before + index.length, INDEX_NAME)
  }
  const tensorCount = written.reduce((sum, file) => sum + file.tensorCount, 0)
  return { shards: written, index: describeIndex(index), sizeBytes, tensorCount }
}

function describeIndex(index: Uint8Array | undefined): WrittenShards['index'] {
  if (index === undefined) return undefined
  const sha256 = createHash('sha256').update(index).digest('hex')
  return { fileName: INDEX_NAME, sha256, sizeBytes: index.length }
}

/** A sink whose end is decided later, together with the others'. */
function uncommitted(sink: ByteSink): ByteSink {
  return {
    write: (bytes, options) => sink.write(bytes, options),
    commit: () => Promise.resolve(),
    discard: () => Promise.resolve()
  }
}

async function discardAll(sinks: readonly ByteSink[], failure: unknown): Promise<void> {
  const results = await Promise.allSettled(sinks.map(sink => sink.discard()))
  const cleanups = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
  if (cleanups.length === 0) return
  throw new AggregateError(
    [failure, ...cleanups],
    'writing failed, and so did cleaning up after it'
  )
}
