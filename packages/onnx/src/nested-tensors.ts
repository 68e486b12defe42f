import { OnnxError } from './errors.ts'
import { type Field, fieldsOf } from './field.ts'
import { MAX_NESTING } from './limits.ts'
import { tensorSchema, wireTypes } from './schema.ts'

/** A message that tensors can lie in. */
export type Container = 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function'

/**
 * Where further tensors lie, by field number: subgraphs of If, Loop and Scan, constants, defaults of functions.
 * Numbers as in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
const CHILDREN: Record<Container, Readonly<Record<number, Container>>> = {
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node', 11: 'attribute' },
  tensor: {}
}

/**
 * Makes sure that a part of a graph which is taken over as it is brings all its tensors with it: one whose bytes lie
 * in another file would be lost, or name a file of whoever loads the graph.
 *
 * @param bytes the message
 * @throws {OnnxError} `ONNX_UNSUPPORTED`; `ONNX_MALFORMED`; `ONNX_LIMIT` for messages nested too deeply
 */
export function checkNestedTensors(
  bytes: Uint8Array,
  container: Container,
  where: string,
  depth = 0
): void {
  if (depth > MAX_NESTING) {
    throw new OnnxError('ONNX_LIMIT', `${where}: more than ${MAX_NESTING} messages in one another`)
  }
  for (const field of fieldsOf(bytes, where)) {
    if (container === 'tensor') checkTensorField(field, bytes, where)
    const child = CHILDREN[container][field.id]
    if (child === undefined) continue
    if (field.wire !== wireTypes.bytes) {
      throw new OnnxError(
        'ONNX_MALFORMED',
        `${where}: field ${field.id} of a ${container} has wire type ${field.wire}`
      )
    }
    checkNestedTensors(bytes.subarray(field.from, field.to), child, where, depth + 1)
  }
}

function checkTensorField({ id, wire, from }: Field, bytes: Uint8Array, where: string): void {
  const isLocation = id === tensorSchema.dataLocation[0]
  if (!isLocation && id !== tensorSchema.externalData[0]) return
  if (isLocation && wire === wireTypes.int && bytes[from] === 0) return
  throw new OnnxError(
    'ONNX_UNSUPPORTED',
    `${where}: a tensor that is no initializer of the main graph lies in another file; save the model with it inside`
  )
}
