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

/** Reads one tensor from some byte on, in order. */
export interface TensorReader {
  /**
   * Fills `target` with the bytes that come next: little endian, C order. One call at a time.
   *
   * What is checked of a tensor (a hash) is checked by the call that reads its last byte, so the bytes count only
   * when that one has returned.
   *
   * @param target whole elements of what is left; the caller's, filled when the promise settles
   * @throws {RangeError} when fewer bytes are left
   */
  read(target: Uint8Array, options?: AbortOptions): Promise<void>
}

/**
 * Named tensors that are read part by part, so that a model of any size passes through bounded memory.
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
   * Whether a tensor should be read by one reader from its first byte to its last: because it is checked as a
   * whole, or because a reader looks at all of it first. Else its parts may as well be read by many at once.
   */
  readonly isSequential: boolean
  /**
   * Begins to read a tensor.
   *
   * @param offset the first byte to read, that of an element; 0 where the checkpoint is sequential
   * @throws {RangeError} when no tensor has this name
   */
  open(name: string, offset?: number): TensorReader
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
