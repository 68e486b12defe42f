import type { AbortOptions, ByteSource } from '@soup/interface'
import type { Checkpoint, TensorInfo } from '../checkpoint.ts'
import { closeAfter, closeAll, readAndClose } from '../close-all.ts'
import { compareNames } from '../describe.ts'
import { MAX_INDEX_BYTES } from '../limits.ts'
import { tensorInfo } from '../tensor-info.ts'
import { openSafetensors } from './reader.ts'
import { invalidShards, parseIndex, type ShardContents, tooLong } from './shard-index.ts'

/** Opens the shard of this file name, which lies beside the index: it has no separators. */
export type OpenShard = (fileName: string, options?: AbortOptions) => Promise<ByteSource>

/** A checkpoint of several files. */
export interface ShardedCheckpoint extends Checkpoint {
  /** What lies in which file, by file name. */
  readonly shards: readonly ShardContents[]
}

/** The shards that are open so far, and what they hold together. */
interface OpenShards {
  checkpoints: Checkpoint[]
  contents: ShardContents[]
  /** The shard of each tensor. */
  holders: Map<string, Checkpoint>
  tensors: Map<string, TensorInfo>
}

/**
 * Opens a sharded checkpoint as Hugging Face's tools write it: reads and checks the index and the header
 * of every shard, nothing else. Index and shards must agree in every tensor; a wrong `total_size`, which some
 * tools write, is passed over.
 *
 * @param index `model.safetensors.index.json`; closed before this returns
 * @param openShard the checkpoint owns the sources from now on and closes them, also when opening fails;
 *   its errors pass through
 * @returns the tensors by shard in the order of their file names, within a shard in the order of their
 *   offsets. Metadata are the entries that all shards agree on: all of them where the shards were written
 *   by one tool; what differs says something of a shard, not of the checkpoint
 * @throws {TensorError} `SHARDS_INVALID` when index and shards don't agree; `SAFETENSORS_INVALID` when a
 *   shard breaks a rule of the format; while reading, `TENSOR_UNREADABLE` as {@link openSafetensors}
 */
export async function openSharded(
  index: ByteSource,
  openShard: OpenShard,
  options?: AbortOptions
): Promise<ShardedCheckpoint> {
  const weightMap = await readIndex(index, options)
  const shards: OpenShards = {
    checkpoints: [],
    contents: [],
    holders: new Map(),
    tensors: new Map()
  }
  try {
    for (const [fileName, expected] of tensorsByShard(weightMap)) {
      options?.signal?.throwIfAborted()
      const checkpoint = await openSafetensors(await openShard(fileName, options), options)
      shards.checkpoints.push(checkpoint)
      addShard(index.name, fileName, expected, weightMap, shards)
    }
  } catch (error) {
    return await closeAfter(error, shards.checkpoints, index.name)
  }
  return joined(index.name, shards)
}

async function readIndex(
  index: ByteSource,
  options?: AbortOptions
): Promise<ReadonlyMap<string, string>> {
  return await readAndClose(index, async () => {
    if (index.sizeBytes > MAX_INDEX_BYTES) throw tooLong(index.name, index.sizeBytes)
    return parseIndex(index.name, await index.read(0, index.sizeBytes, options))
  })
}

/** The number of tensors that each shard must hold, in the order of the shards' names. */
function tensorsByShard(weightMap: ReadonlyMap<string, string>): [string, number][] {
  const counts = new Map<string, number>()
  for (const shard of weightMap.values()) counts.set(shard, (counts.get(shard) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => compareNames(a, b))
}

/** Takes in the shard that was opened last; its tensors must be those that the index lists for it. */
function addShard(
  index: string,
  shard: string,
  expected: number,
  weightMap: ReadonlyMap<string, string>,
  shards: OpenShards
): void {
  const checkpoint = shards.checkpoints.at(-1)!
  for (const [tensor, info] of checkpoint.tensors) {
    const place = weightMap.get(tensor)
    if (place !== shard) {
      const said = place === undefined ? "doesn't list" : `places in ${JSON.stringify(place)}`
      throw invalidShards(
        index,
        `shard ${JSON.stringify(shard)} holds tensor ${JSON.stringify(tensor)}, which the index ${said}`,
        { tensor, shard }
      )
    }
    shards.holders.set(tensor, checkpoint)
    shards.tensors.set(tensor, info)
  }
  shards.contents.push({ fileName: shard, tensors: [...checkpoint.tensors.keys()] })
  if (checkpoint.tensors.size === expected) return
  const [tensor] = [...weightMap].find(
    ([name, place]) => place === shard && !checkpoint.tensors.has(name)
  )!
  throw invalidShards(
    index,
    `shard ${JSON.stringify(shard)} doesn't hold tensor ${JSON.stringify(tensor)}, which the index places there`,
    { tensor, shard }
  )
}

function joined(
  name: string,
  { checkpoints, contents, holders, tensors }: OpenShards
): ShardedCheckpoint {
  return {
    shards: contents,
    name,
    metadata: commonMetadata(checkpoints),
    tensors,
    isSequential: false,
    open: (tensor, offset) => {
      tensorInfo({ name, tensors }, tensor)
      return holders.get(tensor)!.open(tensor, offset)
    },
    close: () => closeAll(checkpoints, name)
  }
}

function commonMetadata([first, ...others]: readonly Checkpoint[]): Map<string, string> {
  return new Map(
    [...(first?.metadata ?? [])].filter(([key, value]) =>
      others.every(({ metadata }) => metadata.get(key) === value)
    )
  )
}
