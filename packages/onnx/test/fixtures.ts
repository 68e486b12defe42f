import type { ByteSource } from '@soup/interface'
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

/** A source over bytes that counts what is read of it. */
export function source(bytes: Uint8Array): ByteSource & { bytesRead: number } {
  return {
    name: 'm.onnx',
    sizeBytes: bytes.length,
    bytesRead: 0,
    async read(offset, length, options) {
      options?.signal?.throwIfAborted()
      if (offset < 0 || length < 0 || offset + length > bytes.length) {
        throw new RangeError(`bytes ${offset} to ${offset + length}`)
      }
      this.bytesRead += length
      return bytes.slice(offset, offset + length)
    },
    close: () => Promise.resolve()
  }
}

/** A model whose graph has these fields. */
export function model(...graph: Uint8Array[]): Uint8Array {
  return Buffer.concat([integer(1, 9), field(7, ...graph), field(8, integer(2, 20))])
}

/** An initializer called `w` of one FLOAT, with these fields besides. */
export function initializer(...fields: Uint8Array[]): Uint8Array {
  return field(5, integer(1, 1), integer(2, 1), field(8, 'w'), ...fields)
}

/** The field that says in which file an initializer's bytes are. */
export function externalData(entries: Record<string, string>): Uint8Array {
  const pairs = Object.entries(entries)
  return Buffer.concat([
    ...pairs.map(([key, value]) => field(13, field(1, key), field(2, value))),
    integer(14, 1)
  ])
}

/** Every nth of the bytes of a vector replaced or cut, in the same way each time. */
export function* damaged(bytes: Uint8Array, count: number): Generator<Uint8Array> {
  let state = 1
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let i = 0; i < count; i++) {
    const copy = Uint8Array.from(bytes)
    for (let changes = 1 + next(3); changes > 0; changes--) copy[next(copy.length)] = next(256)
    yield next(8) === 0 ? copy.subarray(0, next(copy.length)) : copy
  }
}
