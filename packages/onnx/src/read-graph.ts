import { checkDomain } from './domain.ts'
import { OnnxError } from './errors.ts'
import { MAX_DIMENSIONS, MAX_GRAPH_PARTS } from './limits.ts'
import type { Attribute, Initializer, Node, OnnxModel, ValueInfo } from './model.ts'
import { readMessage, required, single, toText } from './read-message.ts'
import {
  attributeSchema,
  attributeTypes,
  dimensionSchema,
  graphSchema,
  nodeSchema,
  shapeSchema,
  tensorSchema,
  tensorTypeSchema,
  typeSchema,
  valueInfoSchema
} from './schema.ts'
import { type TensorType, tensorTypes } from './tensor-type.ts'

/**
 * Reads a `GraphProto`.
 *
 * @param bytes the message; initializer data are views into it
 * @throws {OnnxError} `ONNX_MALFORMED`, `ONNX_LIMIT`, `ONNX_UNSUPPORTED`
 */
export function readGraph(bytes: Uint8Array): Omit<OnnxModel, 'irVersion' | 'opset'> {
  const graph = readMessage(bytes, graphSchema, 'graph', MAX_GRAPH_PARTS)
  return {
    name: toText(single(graph.name, 'graph, name'), 'graph, name'),
    inputs: graph.input.map((value, i) => readValueInfo(value, `input ${i}`)),
    outputs: graph.output.map((value, i) => readValueInfo(value, `output ${i}`)),
    nodes: graph.node.map((node, i) => readNode(node, `node ${i}`)),
    initializers: graph.initializer.map((tensor, i) => readTensor(tensor, `initializer ${i}`))
  }
}

function readNode(bytes: Uint8Array, where: string): Node {
  const node = readMessage(bytes, nodeSchema, where)
  checkDomain(node.domain, where)
  const attributes = node.attribute.map(attribute =>
    readAttribute(attribute, `${where}, attribute`)
  )
  return {
    op: toText(required(node.opType, `${where}, opType`), `${where}, opType`),
    inputs: node.input.map(name => toText(name, `${where}, input`)),
    outputs: node.output.map(name => toText(name, `${where}, output`)),
    ...(attributes.length > 0 && { attributes })
  }
}

function readAttribute(bytes: Uint8Array, where: string): Attribute {
  const message = readMessage(bytes, attributeSchema, where)
  const name = toText(required(message.name, `${where}, name`), `${where}, name`)
  const code = required(message.type, `${where} ${name}, type`)
  const at = `${where} ${name}`
  switch (code) {
    case attributeTypes.float:
      return { name, type: 'float', value: required(message.float, at) }
    case attributeTypes.int:
      return { name, type: 'int', value: required(message.int, at) }
    case attributeTypes.string:
      return { name, type: 'string', value: toText(required(message.string, at), at) }
    case attributeTypes.floats:
      return { name, type: 'floats', value: message.floats }
    case attributeTypes.ints:
      return { name, type: 'ints', value: message.ints }
    default:
      throw new OnnxError('ONNX_UNSUPPORTED', `${at}: attribute type ${code}`)
  }
}

function readValueInfo(bytes: Uint8Array, where: string): ValueInfo {
  const value = readMessage(bytes, valueInfoSchema, where)
  const name = toText(required(value.name, `${where}, name`), `${where}, name`)
  const at = `${where} ${name}`
  const type = readMessage(required(value.type, `${at}, type`), typeSchema, at)
  const tensor = readMessage(required(type.tensorType, `${at}, tensorType`), tensorTypeSchema, at)
  const shape = readMessage(required(tensor.shape, `${at}, shape`), shapeSchema, at, MAX_DIMENSIONS)
  return {
    name,
    type: readType(required(tensor.elemType, `${at}, elemType`), at),
    shape: shape.dim.map(dimension => readDimension(dimension, at))
  }
}

function readDimension(bytes: Uint8Array, where: string): number | string {
  const dimension = readMessage(bytes, dimensionSchema, where)
  const value = single(dimension.value, `${where}, dimension`)
  return value ?? toText(single(dimension.param, `${where}, dimension`), `${where}, dimension`)
}

function readTensor(bytes: Uint8Array, where: string): Initializer {
  const tensor = readMessage(bytes, tensorSchema, where)
  const name = toText(required(tensor.name, `${where}, name`), `${where}, name`)
  const at = `${where} ${name}`
  if (tensor.dims.length > MAX_DIMENSIONS) {
    throw new OnnxError('ONNX_LIMIT', `${at}: more than ${MAX_DIMENSIONS} dimensions`)
  }
  if ((single(tensor.dataLocation, `${at}, dataLocation`) ?? 0) !== 0) {
    throw new OnnxError('ONNX_UNSUPPORTED', `${at}: its data lie in another file`)
  }
  return {
    name,
    type: readType(required(tensor.dataType, `${at}, dataType`), at),
    shape: tensor.dims,
    data: single(tensor.rawData, `${at}, rawData`) ?? new Uint8Array(0)
  }
}

const typeByCode = new Map(Object.entries(tensorTypes).map(([name, { code }]) => [code, name]))

function readType(code: number, where: string): TensorType {
  const type = typeByCode.get(code as never)
  if (type !== undefined) return type as TensorType
  throw new OnnxError('ONNX_UNSUPPORTED', `${where}: element type ${code}`)
}
