import type { TensorType } from './tensor-type.ts'

/** A graph input or output. */
export interface ValueInfo {
  /** Unique among the graph's values. */
  name: string
  /** Element type. */
  type: TensorType
  /** A number is a fixed size, a string the name of a size known at run time. */
  shape: readonly (number | string)[]
}

/** A constant of the graph. */
export interface Initializer {
  /** Unique among the graph's values. */
  name: string
  /** Element type. */
  type: TensorType
  /** Sizes; empty for a scalar. */
  shape: readonly number[]
  /** Elements in C order, little endian: product of `shape` times the type's size in bytes. */
  data: Uint8Array
}

/** An operator's setting. Integers outside ±2⁵³ are refused. */
export type Attribute =
  | { name: string; type: 'float'; value: number }
  | { name: string; type: 'int'; value: number }
  | { name: string; type: 'string'; value: string }
  | { name: string; type: 'floats'; value: readonly number[] }
  | { name: string; type: 'ints'; value: readonly number[] }

/** One application of an operator of the default operator set. */
export interface Node {
  /** Operator, e.g. `MatMul`. */
  op: string
  /** Names of the values it reads; an empty string skips an optional one. */
  inputs: readonly string[]
  /** Names of the values it makes. */
  outputs: readonly string[]
  /** Settings of the operator. */
  attributes?: readonly Attribute[]
}

/** A model with one graph. */
export interface OnnxModel {
  /** Name of the graph. */
  name: string
  /** Version of the file format, `ir_version`. */
  irVersion: number
  /** Version of the default operator set. */
  opset: number
  /** What the caller feeds; never an initializer's name. */
  inputs: readonly ValueInfo[]
  /** What the caller gets. */
  outputs: readonly ValueInfo[]
  /** Operators in topological order. */
  nodes: readonly Node[]
  /** Constants. */
  initializers: readonly Initializer[]
}
