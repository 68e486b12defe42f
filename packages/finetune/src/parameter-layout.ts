import { compareNames } from '@soup/tensor'

/** Where each trained tensor lies in the flat parameter vector. */
export interface ParameterLayout {
  /** d, length of the vector. */
  readonly length: number
  /** Trained tensors in the vector's order: by name, in the order of UTF-8 bytes. */
  readonly slots: readonly ParameterSlot[]
}

/** One tensor's place in the flat vector. */
export interface ParameterSlot {
  /** The tensor's name. */
  readonly name: string
  /** The tensor's sizes. */
  readonly shape: readonly number[]
  /** First element in the vector. */
  readonly offset: number
  /** Number of elements. */
  readonly length: number
}

/**
 * Lays out the trained tensors of a checkpoint as one vector. The order comes from the names, so that
 * noise meets the same parameter whatever the file's order.
 *
 * @param tensors names and shapes, e.g. `checkpoint.tensors.values()`; in any order
 * @param frozen names to leave out, e.g. observation statistics
 * @throws {RangeError} when a frozen name does not exist or a name comes twice
 */
export function parameterLayout(
  tensors: Iterable<{ readonly name: string; readonly shape: readonly number[] }>,
  frozen: Iterable<string> = []
): ParameterLayout {
  const shapes = new Map<string, readonly number[]>()
  for (const { name, shape } of tensors) {
    if (shapes.has(name)) throw new RangeError(`parameter layout: tensor ${name} comes twice`)
    shapes.set(name, shape)
  }
  for (const name of frozen) {
    if (!shapes.delete(name)) throw new RangeError(`parameter layout: no tensor ${name} to freeze`)
  }
  let offset = 0
  const slots = [...shapes]
    .sort(([a], [b]) => compareNames(a, b))
    .map(([name, shape]) => {
      const slot = { name, shape, offset, length: shape.reduce((a, b) => a * b, 1) }
      offset += slot.length
      return slot
    })
  return { length: offset, slots }
}

/**
 * Copies tensors into a new flat vector.
 *
 * @param layout where each goes
 * @param tensors float32 by name; more names than the layout's are ignored
 * @returns `[d]`, belongs to the caller
 * @throws {RangeError} when a tensor is missing or has another length
 */
export function flatten(
  layout: ParameterLayout,
  tensors: ReadonlyMap<string, Float32Array>
): Float32Array<ArrayBuffer> {
  const parameters = new Float32Array(layout.length)
  for (const { name, offset, length } of layout.slots) {
    const values = tensors.get(name)
    if (values?.length !== length) {
      throw new RangeError(
        `flatten: ${name} needs ${length} values, got ${values?.length ?? 'none'}`
      )
    }
    parameters.set(values, offset)
  }
  return parameters
}

/**
 * Splits a flat vector into tensors, without copying.
 *
 * @param layout where each lies
 * @param parameters `[d]`
 * @returns views into `parameters`, by name
 * @throws {RangeError} when the length is not d
 */
export function unflatten<Buffer extends ArrayBufferLike>(
  layout: ParameterLayout,
  parameters: Float32Array<Buffer>
): Map<string, Float32Array<Buffer>> {
  if (parameters.length !== layout.length) {
    throw new RangeError(`unflatten: expected ${layout.length} values, got ${parameters.length}`)
  }
  return new Map(
    layout.slots.map(({ name, offset, length }) => [
      name,
      parameters.subarray(offset, offset + length)
    ])
  )
}
