/**
 * Checkpoints as streams of named tensors, their dtypes, and the files that hold them: safetensors.
 *
 * Signatures to build against (implementation follows):
 * - `openSafetensors(source: ByteSource, options?: AbortOptions): Promise<Checkpoint>`
 * - `writeSafetensors(checkpoint, sink: ByteSink, options?: ProgressOptions & { sha256?: string }):
 *   Promise<{ sha256: string, sizeBytes: number, tensorCount: number }>`: commits the sink when done, discards it on failure
 * - `safetensorsSize(checkpoint): number` (for `fileSink`)
 * - `memoryCheckpoint({ name?, metadata?, tensors: Iterable<{ name, dtype, shape, data: ArrayBufferView }> }): Checkpoint`
 * - `describeTensors(checkpoint, options?: ProgressOptions): Promise<TensorDescription[]>`, sorted by name in UTF-8 byte order
 * - `compareNames(a, b): number`
 * - `readTensor(checkpoint, name, options?: AbortOptions & { maxBytes? }): Promise<Uint8Array>`
 * - `readFloats(checkpoint, name, options?): Promise<Float32Array>`
 * - `isFloatDtype(dtype): dtype is FloatDtype`, `floatCodec(dtype: FloatDtype): { decode(bytes): Float32Array, encode(values): Uint8Array }`
 * - `fileSource(path): Promise<ByteSource>`, `fileSink(path, { sizeBytes? }): Promise<ByteSink>` (refuses to overwrite)
 * - `fileSpool(path)`, `memorySpool()`: `Spool` = `ByteSource` that can also `append(bytes)`, what `encodeExact` compresses into
 * - delta: `encodeExact(base, expert, spool, options?: ProgressOptions): Promise<Checkpoint>`,
 *   `describePayload(payload): TensorDescription[]`, `decodeExact(base, payload): Checkpoint`
 * - soup: `linearSoup({ base, ingredients: [{ name, checkpoint, lambda }], dtype?, extrapolate? }): Checkpoint`,
 *   `checkLambda(lambda, { extrapolate? }): void`
 *
 * @packageDocumentation
 */
export type { Checkpoint, TensorDescription, TensorInfo } from './checkpoint.ts'
export { TensorError } from './errors.ts'
export { DEFAULT_MAX_TENSOR_BYTES, PIECE_BYTES } from './limits.ts'
