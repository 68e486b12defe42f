import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from '../checkpoint.ts'
import type { ShardContents } from '../safetensors/shard-index.ts'

/**
 * How a model lies on the disk: what a soup or a checkout of it is written as. Plain data that JSON can hold, for it
 * travels with a base's or an expert's payload; parsed as a stranger's word.
 */
export type ModelLayout =
  /** One safetensors file alone. */
  | { readonly kind: 'file' }
  /** A Hugging Face folder: `model.safetensors`, or shards and their index. */
  | { readonly kind: 'folder'; readonly shards: readonly ShardContents[] }
  /** A PEFT adapter folder: `adapter_config.json` and `adapter_model.safetensors`. */
  | { readonly kind: 'adapter' }
  /** An ONNX file, with or without external data; the graph is the companion file of this name. */
  | { readonly kind: 'onnx'; readonly graph: string }

/**
 * A small file that belongs to a model beside its weights: `config.json`, `tokenizer.json`, the graph of an ONNX model
 * without the bytes of its initializers.
 */
export interface CompanionFile {
  /** Its name beside the weights: no separators, no control characters. */
  readonly fileName: string
  readonly sizeBytes: number
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string
  /** Reads the whole file. @returns bytes that are the caller's */
  read(options?: AbortOptions): Promise<Uint8Array>
}

/** A checkpoint with all that makes it a model which tools can load. */
export interface Model extends Checkpoint {
  readonly layout: ModelLayout
  /** By name, sorted as `compareNames` orders them. */
  readonly files: ReadonlyMap<string, CompanionFile>
  /** Files that hold weights of an opened ONNX file beside it: paths from its folder. No other model has any. */
  readonly externalFiles?: readonly string[] | undefined
}
