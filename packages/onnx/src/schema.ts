/**
 * How a field is encoded: a varint, a 32-bit float, or bytes after their length (strings, messages). Lists
 * of numbers may come packed. A refused field changes the meaning of a model in a way that the model
 * type can't say.
 */
export type FieldKind = 'int' | 'float' | 'bytes' | 'refused'

/** How the wire tells them apart (https://protobuf.dev/programming-guides/encoding/). */
export const wireTypes = { int: 0, float: 5, bytes: 2 } as const

/** A protobuf message: each field's number and kind. */
export type Schema = Readonly<Record<string, readonly [id: number, kind: FieldKind]>>

// Tables rather than generated code: what protons generates has enums and namespaces, which Node can't strip,
// and skips unknown fields and groups of any depth.
//
// Field numbers as in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Fields that only describe
// (documentation, names of tools) are listed so that they can be passed over.

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
  metadataProps: [14, 'bytes'],
  trainingInfo: [20, 'refused'],
  functions: [25, 'refused']
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
  quantizationAnnotation: [14, 'refused'],
  sparseInitializer: [15, 'refused'],
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
  overload: [8, 'refused'],
  metadataProps: [9, 'bytes']
} as const

/** `AttributeProto` */
export const attributeSchema = {
  name: [1, 'bytes'],
  float: [2, 'float'],
  int: [3, 'int'],
  string: [4, 'bytes'],
  tensor: [5, 'refused'],
  graph: [6, 'refused'],
  floats: [7, 'float'],
  ints: [8, 'int'],
  strings: [9, 'refused'],
  tensors: [10, 'refused'],
  graphs: [11, 'refused'],
  docString: [13, 'bytes'],
  typeProto: [14, 'refused'],
  typeProtos: [15, 'refused'],
  type: [20, 'int'],
  refAttrName: [21, 'refused'],
  sparseTensor: [22, 'refused'],
  sparseTensors: [23, 'refused']
} as const

/** `AttributeProto.AttributeType`; the names are those of the fields that hold the value. */
export const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const

/** `ValueInfoProto` */
export const valueInfoSchema = {
  name: [1, 'bytes'],
  type: [2, 'bytes'],
  docString: [3, 'bytes'],
  metadataProps: [4, 'bytes']
} as const

/** `TypeProto` */
export const typeSchema = {
  tensorType: [1, 'bytes'],
  sequenceType: [4, 'refused'],
  mapType: [5, 'refused'],
  denotation: [6, 'bytes'],
  sparseTensorType: [8, 'refused'],
  optionalType: [9, 'refused']
} as const

/** `TypeProto.Tensor` */
export const tensorTypeSchema = { elemType: [1, 'int'], shape: [2, 'bytes'] } as const

/** `TensorShapeProto` */
export const shapeSchema = { dim: [1, 'bytes'] } as const

/** `TensorShapeProto.Dimension` */
export const dimensionSchema = {
  value: [1, 'int'],
  param: [2, 'bytes'],
  denotation: [3, 'bytes']
} as const

/** `TensorProto` */
export const tensorSchema = {
  dims: [1, 'int'],
  dataType: [2, 'int'],
  segment: [3, 'refused'],
  floatData: [4, 'refused'],
  int32Data: [5, 'refused'],
  stringData: [6, 'refused'],
  int64Data: [7, 'refused'],
  name: [8, 'bytes'],
  rawData: [9, 'bytes'],
  doubleData: [10, 'refused'],
  uint64Data: [11, 'refused'],
  docString: [12, 'bytes'],
  externalData: [13, 'refused'],
  dataLocation: [14, 'int'],
  metadataProps: [16, 'bytes']
} as const
