import type { Initializer, Node, OnnxModel } from '../src/index.ts'

/** A float32 constant. */
export function constant(name: string, shape: number[], values: number[]): Initializer {
  return { name, type: 'float32', shape, data: new Uint8Array(Float32Array.from(values).buffer) }
}

const node = (op: string, inputs: string[], output: string, rest: Partial<Node> = {}): Node => ({
  op,
  inputs,
  outputs: [output],
  ...rest
})

/** The model of test/vectors/scale.onnx. */
export const scale: OnnxModel = {
  name: 'scale',
  irVersion: 9,
  opset: 20,
  inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'y', type: 'float32', shape: [3, 'batch'] }],
  nodes: [
    node('MatMul', ['x', 'weight'], 'product'),
    node('Add', ['product', 'shift'], 'sum'),
    node('Elu', ['sum'], 'hidden', {
      attributes: [{ name: 'alpha', type: 'float', value: 0.25 }]
    }),
    node('Transpose', ['hidden'], 'turned', {
      attributes: [{ name: 'perm', type: 'ints', value: [1, 0] }]
    }),
    node('Clip', ['turned', '', 'shift'], 'low'),
    node('Gelu', ['low'], 'y', {
      attributes: [{ name: 'approximate', type: 'string', value: 'tanh' }]
    })
  ],
  initializers: [constant('weight', [2, 3], [0, 1, 2, 3, 4, 5]), constant('shift', [], [-1.5])]
}

/** A protobuf field with a length: bytes, a string or a message. */
export function field(id: number, ...content: (Uint8Array | string)[]): Uint8Array {
  const bytes = Buffer.concat(content.map(part => Buffer.from(part)))
  return Buffer.concat([varint(id * 8 + 2), varint(bytes.length), bytes])
}

/** A protobuf integer field. */
export function integer(id: number, value: number): Uint8Array {
  return Buffer.concat([varint(id * 8), varint(value)])
}

function varint(value: number): Buffer {
  const bytes = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}
