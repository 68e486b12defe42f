import { fileURLToPath } from 'node:url'
import {
  buildModel,
  frameModel,
  type Initializer,
  type OnnxModel,
  type Placement,
  parseGraph,
  scanModel,
  type TensorHeader
} from '@soup/onnx'
import { source } from '../fixtures.ts'

/** A model that the official onnx package wrote, of one initializer a type. */
export function vector(name: string): string {
  return fileURLToPath(new URL(`../../../onnx/test/vectors/${name}`, import.meta.url))
}

/** A float32 initializer. */
export function floats(name: string, ...values: number[]): Initializer {
  const data = new Uint8Array(Float32Array.from(values).buffer)
  return { name, type: 'float32', shape: [values.length], data }
}

/** Adds its first initializer to its input; it has as many as are given. */
export function adding(...initializers: Initializer[]): OnnxModel {
  const { name, shape } = initializers[0]!
  return {
    name: 'adding',
    irVersion: 9,
    opset: 20,
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: 'y', type: 'float32', shape }],
    nodes: [{ op: 'Add', inputs: ['x', name], outputs: ['y'] }],
    initializers
  }
}

/** The graph of a model. */
export async function graphOf(model: OnnxModel): Promise<Uint8Array> {
  return (await scanModel(source(buildModel(model)))).graph
}

/** The file of a model whose initializers have their bytes where `place` says: in no file that this makes. */
export async function placed(
  model: OnnxModel,
  place: (tensor: TensorHeader) => Placement
): Promise<Uint8Array> {
  const { fixed } = frameModel(parseGraph('m', await graphOf(model)), place)
  return Buffer.concat(fixed.map(({ bytes }) => bytes))
}

/** A protobuf field of bytes. */
export function field(id: number, ...parts: (Uint8Array | string)[]): Uint8Array {
  const bytes = Buffer.concat(parts.map(part => Buffer.from(part)))
  return Buffer.concat([varint(id * 8 + 2), varint(bytes.length), bytes])
}

/** A protobuf field of an integer. */
export function integer(id: number, value: number): Uint8Array {
  return Buffer.concat([varint(id * 8), varint(value)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}
