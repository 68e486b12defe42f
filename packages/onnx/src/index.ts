/**
 * ONNX models: read, write and build graphs. Protobuf only, nothing here runs a model.
 *
 * {@link buildModel} and {@link parseModel} cover what the project's own graphs use: one graph without subgraphs, the
 * default operator set, attributes that are numbers, strings or lists of numbers, initializers inline as `raw_data`.
 * A file that uses more is refused by name, never read in part.
 *
 * {@link scanModel} takes any exporter's model apart into its initializers, wherever their bytes are, and its *graph*:
 * the same file without these bytes. {@link parseGraph} reads a graph, {@link frameModel} puts bytes into it again and
 * {@link graphDifference} tells where two graphs differ. They hold no more in memory than the graph, whatever the
 * size of the weights.
 *
 * Formats: https://github.com/onnx/onnx/blob/main/docs/IR.md, field numbers from `onnx/onnx.proto`.
 *
 * @packageDocumentation
 */
export { buildModel } from './build-model.ts'
export type { ElementType } from './element-type.ts'
export { OnnxError, type OnnxErrorCode } from './errors.ts'
export { graphDifference } from './graph-difference.ts'
export {
  MAX_DECODED_BYTES,
  MAX_DIMENSIONS,
  MAX_ELEMENTS,
  MAX_GRAPH_BYTES,
  MAX_GRAPH_PARTS,
  MAX_MODEL_BYTES,
  MAX_NAME_BYTES,
  MAX_NESTING,
  MAX_PROTOBUF_BYTES
} from './limits.ts'
export type { Attribute, Initializer, Node, OnnxModel, ValueInfo } from './model.ts'
export {
  type FramedModel,
  frameModel,
  type ModelGraph,
  type Placement
} from './model-graph.ts'
export { parseGraph } from './parse-graph.ts'
export { parseModel } from './parse-model.ts'
export {
  type InitializerData,
  type ScannedModel,
  type StoredInitializer,
  scanModel
} from './scan-model.ts'
export type { TensorHeader } from './tensor-header.ts'
export { type TensorType, tensorTypes } from './tensor-type.ts'
