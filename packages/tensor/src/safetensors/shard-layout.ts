import type { Checkpoint, TensorInfo } from '../checkpoint.ts'
import { TensorError } from '../errors.ts'
import { MAX_SHARDS } from '../limits.ts'

/** Name of the only file of a checkpoint that isn't sharded. */
export const MODEL_FILE_NAME = 'model.safetensors'

/** Tells whether tools find a checkpoint's only file by its name. All others need an index. */
export function isSingle(files: readonly { fileName: string }[]): boolean {
  return files.length === 1 && files[0]!.fileName === MODEL_FILE_NAME
}

/** One file of a sharded checkpoint before it is written. */
export interface PlannedShard {
  /** `model-00001-of-00003.safetensors`, or `model.safetensors` where it is the only one. */
  fileName: string
  /** What goes into it. */
  tensors: TensorInfo[]
}

/**
 * Cuts a checkpoint into shards: the tensors in the checkpoint's order, each into the current shard as
 * long as it fits. A tensor above the size gets a shard of its own. A checkpoint without tensors is one
 * empty shard.
 *
 * @param shardSize most bytes of tensors in a shard, without its header; at least 1
 * @throws {RangeError} when `shardSize` is no positive integer
 * @throws {TensorError} `SHARDS_TOO_MANY` past the number that a reader accepts
 */
export function layOutShards(
  checkpoint: Pick<Checkpoint, 'name' | 'tensors'>,
  shardSize: number
): PlannedShard[] {
  if (!(Number.isSafeInteger(shardSize) && shardSize > 0)) {
    throw new RangeError(`a shard's size must be a positive number of bytes, got ${shardSize}`)
  }
  const shards = pack(checkpoint.tensors.values(), shardSize)
  if (shards.length > MAX_SHARDS) throw tooMany(checkpoint, shards.length, shardSize)
  return shards.map((tensors, i) => ({ fileName: shardName(i, shards.length), tensors }))
}

function pack(tensors: Iterable<TensorInfo>, shardSize: number): TensorInfo[][] {
  let current: TensorInfo[] = []
  let filled = 0
  const shards = [current]
  for (const info of tensors) {
    if (current.length > 0 && filled + info.sizeBytes > shardSize) {
      current = []
      filled = 0
      shards.push(current)
    }
    current.push(info)
    filled += info.sizeBytes
  }
  return shards
}

function shardName(i: number, count: number): string {
  if (count === 1) return MODEL_FILE_NAME
  const digits = (n: number) => String(n).padStart(5, '0')
  return `model-${digits(i + 1)}-of-${digits(count)}.safetensors`
}

function tooMany(
  checkpoint: Pick<Checkpoint, 'name'>,
  count: number,
  shardSize: number
): TensorError {
  return new TensorError(
    'SHARDS_TOO_MANY',
    `${checkpoint.name}: shards of ${shardSize} bytes would be ${count} files, at most ${MAX_SHARDS} are allowed; choose larger shards`,
    {
      details: { checkpoint: checkpoint.name, shardSize, shardCount: count, maxShards: MAX_SHARDS }
    }
  )
}
