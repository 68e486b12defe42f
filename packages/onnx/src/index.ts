/**
 * ONNX models: read, write and build graphs. Protobuf only, nothing here runs a model.
 *
 * It covers what the project's own graphs use: one graph without subgraphs, the default operator
 * set, attributes that are numbers, strings or lists of numbers, initializers inline as `raw_data`.
 * A file that uses more is refused by name, never read in part.
 *
 * Formats: https://github.com/onnx/onnx/blob/main/docs/IR.md, field numbers from `onnx/onnx.proto`.
 *
 * @packageDocumentation
 */
export { buildModel } from './build-model.ts'
export { OnnxError, type OnnxErrorCode } from './errors.ts'
export {
  MAX_DIMENSIONS,
  MAX_ELEMENTS,
  MAX_GRAPH_PARTS,
  MAX_MODEL_BYTES,
  MAX_NAME_BYTES
} from './limits.ts'
export type { Attribute, Initializer, Node, OnnxModel, ValueInfo } from './model.ts'
export { parseModel } from './parse-model.ts'
export { type TensorType, tensorTypes } from './tensor-type.ts'
