import { type Writer, writer } from 'protons-runtime'
import { findFlaw } from './find-flaw.ts'
import type { Attribute, Initializer, Node, OnnxModel, ValueInfo } from './model.ts'
import {
  attributeSchema,
  attributeTypes,
  dimensionSchema,
  graphSchema,
  modelSchema,
  nodeSchema,
  opsetSchema,
  shapeSchema,
  tensorSchema,
  tensorTypeSchema,
  typeSchema,
  valueInfoSchema
} from './schema.ts'
import { tensorTypes } from './tensor-type.ts'
import { int, message, tag, text } from './write-field.ts'

// Fields are written in the order of their numbers and lists of numbers unpacked, as protobuf's own
// writers do for this (proto2) format.

/**
 * Serializes a model as ONNX protobuf.
 *
 * @param model not mutated; initializer data is copied into the result
 * @returns the file's bytes: the same model gives the same bytes
 * @throws {RangeError} when the model contradicts itself: a name twice, a value nobody makes, data that
 *   does not fill its shape
 */
export function buildModel(model: OnnxModel): Uint8Array {
  const flaw = findFlaw(model)
  if (flaw !== undefined) throw new RangeError(`model ${model.name}: ${flaw}`)
  const w = writer()
  int(w, modelSchema.irVersion, model.irVersion)
  message(w, modelSchema.graph, () => writeGraph(w, model))
  message(w, modelSchema.opsetImport, () => {
    text(w, opsetSchema.domain, '')
    int(w, opsetSchema.version, model.opset)
  })
  return w.finish()
}

function writeGraph(w: Writer, model: OnnxModel): void {
  for (const node of model.nodes) message(w, graphSchema.node, () => writeNode(w, node))
  text(w, graphSchema.name, model.name)
  for (const tensor of model.initializers) {
    message(w, graphSchema.initializer, () => writeTensor(w, tensor))
  }
  for (const value of model.inputs) message(w, graphSchema.input, () => writeValue(w, value))
  for (const value of model.outputs) message(w, graphSchema.output, () => writeValue(w, value))
}

function writeNode(w: Writer, node: Node): void {
  for (const name of node.inputs) text(w, nodeSchema.input, name)
  for (const name of node.outputs) text(w, nodeSchema.output, name)
  text(w, nodeSchema.opType, node.op)
  for (const attribute of node.attributes ?? []) {
    message(w, nodeSchema.attribute, () => writeAttribute(w, attribute))
  }
}

function writeAttribute(w: Writer, attribute: Attribute): void {
  const schema = attributeSchema
  text(w, schema.name, attribute.name)
  if (attribute.type === 'float') tag(w, schema.float).float(attribute.value)
  if (attribute.type === 'int') int(w, schema.int, attribute.value)
  if (attribute.type === 'string') text(w, schema.string, attribute.value)
  if (attribute.type === 'floats') for (const x of attribute.value) tag(w, schema.floats).float(x)
  if (attribute.type === 'ints') for (const x of attribute.value) int(w, schema.ints, x)
  int(w, schema.type, attributeTypes[attribute.type])
}

function writeValue(w: Writer, value: ValueInfo): void {
  text(w, valueInfoSchema.name, value.name)
  message(w, valueInfoSchema.type, () =>
    message(w, typeSchema.tensorType, () => {
      int(w, tensorTypeSchema.elemType, tensorTypes[value.type].code)
      message(w, tensorTypeSchema.shape, () => writeShape(w, value.shape))
    })
  )
}

function writeShape(w: Writer, shape: ValueInfo['shape']): void {
  for (const size of shape) {
    message(w, shapeSchema.dim, () =>
      typeof size === 'number'
        ? int(w, dimensionSchema.value, size)
        : text(w, dimensionSchema.param, size)
    )
  }
}

function writeTensor(w: Writer, tensor: Initializer): void {
  for (const size of tensor.shape) int(w, tensorSchema.dims, size)
  int(w, tensorSchema.dataType, tensorTypes[tensor.type].code)
  text(w, tensorSchema.name, tensor.name)
  tag(w, tensorSchema.rawData).bytes(tensor.data)
}
