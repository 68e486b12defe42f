import type { Checkpoint } from '../checkpoint.ts'
import { checkpointBytes } from '../describe.ts'
import { encodeHeader, fileOrder } from '../safetensors/header.ts'
import { encodeIndex, INDEX_NAME } from '../safetensors/shard-index.ts'
import { isSingle, MODEL_FILE_NAME, type PlannedShard } from '../safetensors/shard-layout.ts'

/** A file that is to be written, down to the last byte but those of its tensors. */
export interface PlannedFile {
  /** Its name in the folder. */
  fileName: string
  sizeBytes: number
  /** What is known beforehand: a header, an index. */
  fixed: readonly { position: number; bytes: Uint8Array }[]
  /** The first byte of each of its tensors, by name. */
  positions: ReadonlyMap<string, number>
}

/** What a plan is made of: nothing of a tensor is read. */
export type Described = Pick<Checkpoint, 'name' | 'metadata' | 'tensors'>

/**
 * One safetensors file that holds the whole checkpoint.
 *
 * @throws {TensorError} `SAFETENSORS_INVALID` when the names, shapes or sizes can't be written so that a reader
 *   accepts them
 */
export function planFile(checkpoint: Described, fileName: string = MODEL_FILE_NAME): PlannedFile {
  const tensors = fileOrder(checkpoint)
  const header = encodeHeader(checkpoint, tensors)
  const positions = new Map<string, number>()
  let end = header.length
  for (const { name, sizeBytes } of tensors) {
    positions.set(name, end)
    end += sizeBytes
  }
  return { fileName, sizeBytes: end, fixed: [{ position: 0, bytes: header }], positions }
}

/**
 * A sharded checkpoint as Hugging Face's tools write it: the shards and their index, which only `model.safetensors` on
 * its own does without: tools don't find any other name.
 *
 * @param shards which tensor goes into which file: all of the checkpoint's, each once
 * @throws {TensorError} `SAFETENSORS_INVALID` as {@link planFile}; `SHARDS_INVALID` when the index would be too long
 */
export function planShards(checkpoint: Described, shards: readonly PlannedShard[]): PlannedFile[] {
  const { name, metadata } = checkpoint
  const files = shards.map(({ fileName, tensors }) => {
    const part = new Map(tensors.map(info => [info.name, info]))
    return planFile({ name, metadata, tensors: part }, fileName)
  })
  if (isSingle(files)) return files
  const weightMap = new Map<string, string>()
  for (const { fileName, positions } of files) {
    for (const name of positions.keys()) weightMap.set(name, fileName)
  }
  const index = encodeIndex(checkpoint.name, { totalSize: checkpointBytes(checkpoint), weightMap })
  return [...files, planBytes(INDEX_NAME, index)]
}

/**
 * A file of known bytes.
 *
 * @param bytes kept, not copied
 */
export function planBytes(fileName: string, bytes: Uint8Array): PlannedFile {
  const fixed = [{ position: 0, bytes }]
  return { fileName, sizeBytes: bytes.length, fixed, positions: new Map() }
}
