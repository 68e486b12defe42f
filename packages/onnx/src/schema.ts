/**
 * How a field is encoded: a varint, a 32-bit float, or bytes with a length (strings, messages). Lists of
 * numbers may come packed.
 */
export type FieldKind = 'int' | 'float' | 'bytes'

/** A protobuf message: each field's number and kind. A field that is not listed is refused. */
export type Schema = Readonly<Record<string, readonly [id: number, kind: FieldKind]>>

// Field numbers and names as in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Listed: what
// the model type carries, what can be ignored because it only describes, and in `foreign` what would
// change the meaning, so that an error can name it.

/** `ModelProto` */
export const modelSchema = {
  irVersion: [1, 'int'],
  producerName: [2, 'bytes'],
  producerVersion: [3, 'bytes'],
  domain: [4, 'bytes'],
  modelVersion: [5, 'int'],
  docString: [6, 'bytes'],
  graph: [7, 'bytes'],
  opsetImport: [8, 'bytes'],
  metadataProps: [14, 'bytes']
} as const

/** `OperatorSetIdProto` */
export const opsetSchema = { domain: [1, 'bytes'], version: [2, 'int'] } as const

/** `GraphProto` */
export const graphSchema = {
  node: [1, 'bytes'],
  name: [2, 'bytes'],
  initializer: [5, 'bytes'],
  docString: [10, 'bytes'],
  input: [11, 'bytes'],
  output: [12, 'bytes'],
  valueInfo: [13, 'bytes'],
  metadataProps: [16, 'bytes']
} as const

/** `NodeProto` */
export const nodeSchema = {
  input: [1, 'bytes'],
  output: [2, 'bytes'],
  name: [3, 'bytes'],
  opType: [4, 'bytes'],
  attribute: [5, 'bytes'],
  docString: [6, 'bytes'],
  domain: [7, 'bytes'],
  metadataProps: [9, 'bytes']
} as const

/** `AttributeProto` */
export const attributeSchema = {
  name: [1, 'bytes'],
  f: [2, 'float'],
  i: [3, 'int'],
  s: [4, 'bytes'],
  floats: [7, 'float'],
  ints: [8, 'int'],
  docString: [13, 'bytes'],
  type: [20, 'int']
} as const

/** `AttributeProto.AttributeType` */
export const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const

/** `ValueInfoProto` */
export const valueInfoSchema = {
  name: [1, 'bytes'],
  type: [2, 'bytes'],
  docString: [3, 'bytes'],
  metadataProps: [4, 'bytes']
} as const

/** `TypeProto`; other members of its union (sequences, maps, ...) are refused. */
export const typeSchema = {
  tensorType: [1, 'bytes'],
  denotation: [6, 'bytes']
} as const

/** `TypeProto.Tensor` */
export const tensorTypeSchema = {
  elemType: [1, 'int'],
  shape: [2, 'bytes']
} as const

/** `TensorShapeProto` */
export const shapeSchema = { dim: [1, 'bytes'] } as const

/** `TensorShapeProto.Dimension` */
export const dimensionSchema = {
  value: [1, 'int'],
  param: [2, 'bytes'],
  denotation: [3, 'bytes']
} as const

/** `TensorProto`; typed data fields and external data are refused. */
export const tensorSchema = {
  dims: [1, 'int'],
  dataType: [2, 'int'],
  name: [8, 'bytes'],
  rawData: [9, 'bytes'],
  docString: [12, 'bytes'],
  dataLocation: [14, 'int'],
  metadataProps: [16, 'bytes']
} as const
