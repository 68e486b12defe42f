/**
 * Checkpoints as streams of named tensors, their dtypes, and the files that hold them: safetensors.
 *
 * A {@link Checkpoint} is read tensor by tensor in pieces of {@link PIECE_BYTES}, so that what is made
 * of it (a delta, a soup, a hash) takes the same memory for a model of 30 GB as for one of 30 MB.
 * {@link openSafetensors} trusts nothing in a file; {@link writeSafetensors} turns equal tensors into
 * equal bytes; {@link writeCheckpoint} does so with several threads, into one file or into the shards and the index
 * that Hugging Face's tools write and {@link openSharded} reads. Soups compute with the dtypes of {@link FloatDtype};
 * every other dtype, also one that this version doesn't know, passes through.
 *
 * @packageDocumentation
 */
export type { Checkpoint, TensorDescription, TensorInfo, TensorReader } from './checkpoint.ts'
export { checkpointBytes, compareNames, describeTensors } from './describe.ts'
export {
  alignment,
  type Dtype,
  elementBits,
  elementCount,
  isDtype,
  tensorBytes
} from './dtype.ts'
export { TensorError } from './errors.ts'
export { type FileSinkInit, fileSink } from './file-sink.ts'
export { fileSource } from './file-source.ts'
export { firstDifference, type TensorDifference } from './first-difference.ts'
export { type FloatCodec, floatCodec } from './float-codec.ts'
export { type AffineDtype, affine, isAffineDtype } from './kernels/affine.ts'
export {
  decodeBlock,
  encodeBlock,
  FLOAT_DTYPES,
  type FloatDtype,
  floatBytes,
  isFloatDtype
} from './kernels/convert.ts'
export { asBlock, BLOCK_BYTES, type Block, returnBlocks, takeBlocks } from './kernels/memory.ts'
export {
  DEFAULT_MAX_TENSOR_BYTES,
  MAX_HEADER_BYTES,
  MAX_INDEX_BYTES,
  MAX_NAME_BYTES,
  MAX_RANK,
  MAX_SHARD_NAME_BYTES,
  MAX_SHARDS,
  MAX_TENSORS,
  PIECE_BYTES
} from './limits.ts'
export {
  type MemoryCheckpointInit,
  type MemoryTensor,
  memoryCheckpoint
} from './memory-checkpoint.ts'
export type { CompanionFile, Model, ModelLayout, ShardContents } from './model/model.ts'
export { pieceSizes, readPieces } from './pieces.ts'
export { readInto } from './read-into.ts'
export { type ReadTensorOptions, readFloats, readTensor } from './read-tensor.ts'
export { safetensorsBytes } from './safetensors/header.ts'
export { openSafetensors } from './safetensors/reader.ts'
export { INDEX_NAME } from './safetensors/shard-index.ts'
export { layOutShards, type PlannedShard } from './safetensors/shard-layout.ts'
export { type OpenShard, openSharded } from './safetensors/sharded-reader.ts'
export { type WriteOptions, type WrittenFile, writeSafetensors } from './safetensors/writer.ts'
export { fileSpool, memorySpool, type Spool } from './spool.ts'
export {
  type Begin,
  runTeam,
  type TeamMember,
  type TeamOptions,
  type TeamWork
} from './team/team.ts'
export { cursor, tensorInfo } from './tensor-info.ts'
export { type CheckpointOpener, type OpenCheckpoint, openFrom } from './write/opener.ts'
export { MODEL_FILE_NAME, type PlannedFile, planFile, planShards } from './write/plan.ts'
export { type WriteCheckpointOptions, writeCheckpoint } from './write/write-checkpoint.ts'
