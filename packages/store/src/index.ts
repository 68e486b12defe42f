/**
 * What a node keeps: records and small values in level, chunks as files. Bytes are opaque here.
 *
 * @packageDocumentation
 */
export { StoreError, type StoreErrorCode } from './errors.ts'
export { syncFolder } from './files.ts'
export { type LevelStoreComponents, levelStore } from './level-store.ts'
export { openLocatedPayload } from './located-payload.ts'
export { type MakeFolderInit, makeFolder } from './make-folder.ts'
export { memoryStore } from './memory-store.ts'
export type {
  LocatedPayload,
  PayloadState,
  Payloads,
  Records,
  StateStore,
  Store,
  StoredPayload
} from './store.ts'
