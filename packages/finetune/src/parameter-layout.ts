/** Where each trained tensor lies in the flat parameter vector. */
export interface ParameterLayout {
  /** d, length of the vector. */
  readonly length: number
  /** Trained tensors in the vector's order: by name, in the order of UTF-8 bytes. */
  readonly slots: readonly ParameterSlot[]
}

/** One tensor's place in the flat vector. */
export interface ParameterSlot {
  readonly name: string
  readonly shape: readonly number[]
  /** First element in the vector. */
  readonly offset: number
  /** Number of elements. */
  readonly length: number
}

/**
 * Lays out the trained tensors of a checkpoint as one vector.
 *
 * @param tensors names and shapes, e.g. `checkpoint.tensors.values()`; in any order
 * @param frozen names to leave out, e.g. observation statistics
 * @throws {RangeError} when a frozen name does not exist or a name comes twice
 */
export function parameterLayout(
  tensors: Iterable<{ readonly name: string; readonly shape: readonly number[] }>,
  frozen: Iterable<string> = []
): ParameterLayout {
  throw new Error(`not written yet: ${tensors} ${frozen}`)
}

/**
 * Copies tensors into a new flat vector.
 *
 * @param tensors float32 by name; more names than the layout's are ignored
 * @returns `[d]`, belongs to the caller
 * @throws {RangeError} when a tensor is missing or has another length
 */
export function flatten(
  layout: ParameterLayout,
  tensors: ReadonlyMap<string, Float32Array>
): Float32Array {
  throw new Error(`not written yet: ${layout} ${tensors}`)
}

/**
 * Splits a flat vector into tensors, without copying.
 *
 * @param parameters `[d]`
 * @returns views into `parameters`, by name
 * @throws {RangeError} when the length is not d
 */
export function unflatten(
  layout: ParameterLayout,
  parameters: Float32Array
): Map<string, Float32Array> {
  throw new Error(`not written yet: ${layout} ${parameters}`)
}
