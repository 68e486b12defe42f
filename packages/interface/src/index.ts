/**
 * Contracts shared by every package, and the error base. No I/O happens here.
 *
 * @packageDocumentation
 */
export type { ByteSink, ByteSource } from './bytes.ts'
export { SoupError, type SoupErrorInit } from './errors.ts'
export { MAX_GLOB_BYTES, MAX_TENSOR_LAMBDAS } from './limits.ts'
export type { AbortOptions, Progress, ProgressOptions, Startable } from './options.ts'
export { isOutOfFiles, OUT_OF_FILES } from './out-of-files.ts'
export { type ErrorJson, errorToJson, RelayedError } from './relayed-error.ts'
export type { ChunkStore, RecordFilter, RecordStore, StoredRecord } from './stores.ts'
