import type { OnnxModel } from './model.ts'

/**
 * Serializes a model as ONNX protobuf.
 *
 * @param model not mutated; initializer data is copied into the result
 * @returns the file's bytes: the same model gives the same bytes
 * @throws {RangeError} when a size, version or initializer does not fit together
 */
export function buildModel(model: OnnxModel): Uint8Array {
  throw new Error(`not written yet: ${model.name}`)
}
