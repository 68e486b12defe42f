/**
 * Checkpoints as streams of named tensors, their dtypes, and the files that hold them: safetensors.
 *
 * A {@link Checkpoint} is read tensor by tensor in pieces of {@link PIECE_BYTES}, so that what is made
 * of it (a delta, a soup, a hash) takes the same memory for a model of 30 GB as for one of 30 MB.
 * {@link openSafetensors} trusts nothing in a file; {@link writeSafetensors} turns equal tensors into
 * equal bytes. {@link openSharded} and {@link writeSharded} do the same over the shards and the index that
 * Hugging Face's tools write. Soups compute with F16, BF16, F32 and F64; every other dtype, also one that this version
 * doesn't know, passes through.
 *
 * @packageDocumentation
 */
export { affineCombination, isKernelDtype, type KernelDtype } from './affine-kernel.ts'
export type { Checkpoint, TensorDescription, TensorInfo } from './checkpoint.ts'
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
export { type FloatCodec, type FloatDtype, floatCodec, isFloatDtype } from './float-codec.ts'
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
export { exactPieces, pieceSizes, readInStep } from './pieces.ts'
export { type ReadTensorOptions, readFloats, readTensor, tensorInfo } from './read-tensor.ts'
export { openSafetensors } from './safetensors/reader.ts'
export { INDEX_NAME } from './safetensors/shard-index.ts'
export { layOutShards, type PlannedShard } from './safetensors/shard-layout.ts'
export { type OpenShard, openSharded } from './safetensors/sharded-reader.ts'
export {
  type SinkForName,
  type WriteShardedOptions,
  type WrittenShard,
  type WrittenShards,
  writeSharded
} from './safetensors/sharded-writer.ts'
export {
  safetensorsBytes,
  type WriteOptions,
  type WrittenFile,
  writeSafetensors
} from './safetensors/writer.ts'
export { fileSpool, memorySpool, type Spool } from './spool.ts'
