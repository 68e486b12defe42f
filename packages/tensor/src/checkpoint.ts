import type { AbortOptions } from '@soup/interface'

/** What a checkpoint says of one tensor before any of its bytes is read. */
export interface TensorInfo {
  /** Name, unique within the checkpoint: `model.layers.0.mlp.up_proj.weight`. */
  readonly name: string
  /** Name of the dtype in safetensors' terms; may be one that this version doesn't know. */
  readonly dtype: string
  /** Length of each dimension; empty for a scalar. */
  readonly shape: readonly number[]
  /** Length of the tensor's bytes: little endian, C order. */
  readonly sizeBytes: number
}

/**
 * Named tensors that are read as streams, so that a model of any size passes through bounded memory.
 *
 * A checkpoint that is computed from others (a decoded delta, a soup) doesn't own them: whoever opened
 * a checkpoint closes it, after everything that reads from it.
 */
export interface Checkpoint {
  /** What to call it in an error: a path, an id. */
  readonly name: string
  /** Free text by key, as in a safetensors file's `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>
  /** What is in it, by name, in file order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>
  /**
   * Streams the bytes of one tensor in pieces of exactly `PIECE_BYTES`, but for the last one; a tensor
   * without elements has no piece. Pieces belong to whoever receives them. What is checked (a hash,
   * the length) is checked before the last piece is handed out, so bytes count only when the
   * iteration has ended.
   *
   * @throws {RangeError} when no tensor has this name
   */
  read(name: string, options?: AbortOptions): AsyncIterable<Uint8Array>
  /** Releases what the checkpoint holds open. Safe to call twice. */
  close(): Promise<void>
}

/** A tensor as base ids are made of: its type and the SHA-256 of its bytes, as lower-case hex. */
export interface TensorDescription {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly sha256: string
}
