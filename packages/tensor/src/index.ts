/**
 * Checkpoints as streams of named tensors, their dtypes, and the files that hold them: safetensors, ONNX.
 *
 * A {@link Checkpoint} is read tensor by tensor in pieces of {@link PIECE_BYTES}, so that what is made
 * of it (a delta, a soup, a hash) takes the same memory for a model of 30 GB as for one of 30 MB.
 * {@link openSafetensors} trusts nothing in a file; {@link writeSafetensors} turns equal tensors into
 * equal bytes; {@link writeCheckpoint} does so with several threads, into one file or into the shards and the index
 * that Hugging Face's tools write. Soups compute with the dtypes of {@link FloatDtype}; every other dtype, also one that
 * this version doesn't know, passes through.
 *
 * {@link openOnnx} takes an ONNX file apart into tensors and graph, {@link planOnnx} lays out one that is made of both
 * again, and {@link requireSameGraph} tells whether the weights of two of them may be mixed.
 *
 * A {@link Model} is a checkpoint with the form in which it lies on the disk and the small files beside it:
 * {@link openModel} opens a file, a Hugging Face folder or a PEFT adapter, {@link packModel} and {@link unpackModel} take it
 * through one safetensors file to a peer, {@link planModel} writes another checkpoint in the same form.
 *
 * @packageDocumentation
 */
export type { Checkpoint, TensorDescription, TensorInfo, TensorReader } from './checkpoint.ts'
export { checkpointBytes, compareNames, describeTensors } from './describe.ts'
export {
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
export { type AngleMeter, angleMeter, sineRatio } from './kernels/angle.ts'
export {
  decodeBlock,
  encodeBlock,
  FLOAT_DTYPES,
  type FloatDtype,
  floatBytes,
  isFloatDtype
} from './kernels/convert.ts'
export { type DropKey, drop, dropKey } from './kernels/drop.ts'
export { type ElectOptions, electSigns, type Precision } from './kernels/elect.ts'
export { fisherMean, meanSquares } from './kernels/fisher.ts'
export { type Kernel, type Kernels, loadKernels } from './kernels/load.ts'
export { addUpdate, isUpdateDtype, type UpdateDtype } from './kernels/matmul.ts'
export { asBlock, BLOCK_BYTES, type Block, returnBlocks, takeBlocks } from './kernels/memory.ts'
export { searchThreshold, type Threshold, type ThresholdSearch, trim } from './kernels/trim.ts'
export { trimmedMean } from './kernels/trimmed-mean.ts'
export {
  MAX_COMPANIONS_BYTES,
  MAX_HEADER_BYTES,
  MAX_RANK,
  MAX_TENSORS,
  PIECE_BYTES
} from './limits.ts'
export { type Columns, fromColumns, toColumns } from './linear-algebra/columns.ts'
export { type Matrix, matrix, rowMajor, submatrix, transpose } from './linear-algebra/matrix.ts'
export { addProduct } from './linear-algebra/product.ts'
export { thinQr } from './linear-algebra/qr.ts'
export { randomMatrix } from './linear-algebra/random-matrix.ts'
export {
  requireCoreRank,
  type TruncatedProduct,
  truncateProduct
} from './linear-algebra/truncate-product.ts'
export {
  type MemoryCheckpointInit,
  type MemoryTensor,
  memoryCheckpoint
} from './memory-checkpoint.ts'
export { type AdapterConfig, parseAdapterConfig } from './model/adapter/config.ts'
export type { Adapter, AdapterModule } from './model/adapter/modules.ts'
export { readAdapter } from './model/adapter/read-adapter.ts'
export type { ModuleScaling } from './model/adapter/scalings.ts'
export { ADAPTER_CONFIG_NAME } from './model/companion-names.ts'
export { memoryCompanion } from './model/memory-companion.ts'
export type { CompanionFile, Model, ModelLayout } from './model/model.ts'
export { modelFileNames } from './model/model-file-names.ts'
export { openModel } from './model/open-model.ts'
export { type PackOptions, packModel } from './model/pack.ts'
export { type PlanModelOptions, planModel } from './model/plan-model.ts'
export { parseShardSize } from './model/shard-size.ts'
export { withTiedWeights } from './model/tied-weights.ts'
export { requireSameTokenizer } from './model/tokenizer.ts'
export { hasTransposedWeights } from './model/transposed-weights.ts'
export { type FindFile, type UnpackOptions, unpackModel } from './model/unpack.ts'
export { openOnnx } from './onnx/open-onnx.ts'
export { planOnnx } from './onnx/plan-onnx.ts'
export { requireSameGraph } from './onnx/require-same-graph.ts'
export { pieceSizes, readPieces } from './pieces.ts'
export { readInto } from './read-into.ts'
export { type ReadTensorOptions, readFloats, readTensor } from './read-tensor.ts'
export { safetensorsBytes } from './safetensors/header.ts'
export { openSafetensors } from './safetensors/reader.ts'
export type { ShardContents } from './safetensors/shard-index.ts'
export { type WrittenFile, writeSafetensors } from './safetensors/writer.ts'
export { sharedReads } from './shared-reads.ts'
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
export {
  type Described,
  type PlannedFile,
  planFile
} from './write/plan.ts'
export { type WriteCheckpointOptions, writeCheckpoint } from './write/write-checkpoint.ts'
