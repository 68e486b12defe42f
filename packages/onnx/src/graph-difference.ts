import { fieldsOf } from './field.ts'
import type { ModelGraph } from './model-graph.ts'
import { graphSchema, modelSchema, nodeSchema, type Schema } from './schema.ts'
import { type TensorHeader, writeTensorHeader } from './tensor-header.ts'

/** The parts of a model of one kind: its nodes, its producer's name. */
type Kinds = Map<string, Uint8Array[]>

/**
 * Compares two models but for the bytes of their initializers, and where these lie.
 *
 * @returns the first difference, for the end of a sentence about `other`: `has 12 nodes, expected 13`; undefined where
 *   there is none
 */
export function graphDifference(expected: ModelGraph, other: ModelGraph): string | undefined {
  return (
    differenceOfTensors(tensorsOf(expected), tensorsOf(other)) ??
    differenceOfParts(partsOf(expected), partsOf(other))
  )
}

function tensorsOf({ parts }: ModelGraph): TensorHeader[] {
  return parts.filter((part): part is TensorHeader => !(part instanceof Uint8Array))
}

function differenceOfTensors(
  expected: readonly TensorHeader[],
  other: readonly TensorHeader[]
): string | undefined {
  const byName = new Map(other.map(tensor => [tensor.name, tensor]))
  for (const tensor of expected) {
    const name = JSON.stringify(tensor.name)
    const found = byName.get(tensor.name)
    if (found === undefined) return `has no initializer ${name}`
    const [want, have] = [typeName(tensor), typeName(found)]
    if (want !== have) return `has ${name} as ${have}, expected ${want}`
    if (!equal(encode(tensor), encode(found))) return `documents initializer ${name} differently`
    byName.delete(tensor.name)
  }
  const [added] = byName.keys()
  if (added !== undefined) return `has an initializer ${JSON.stringify(added)} more`
  const moved = expected.find(({ name }, i) => name !== other[i]?.name)
  return moved && `has its initializers in another order, from ${JSON.stringify(moved.name)} on`
}

function typeName({ type, shape }: TensorHeader): string {
  return `${type}[${shape}]`
}

function encode(tensor: TensorHeader): Uint8Array {
  return writeTensorHeader(tensor, () => {})
}

function partsOf({ head, parts, tail }: ModelGraph): Kinds {
  const kinds: Kinds = new Map()
  for (const bytes of [head, tail]) addParts(kinds, 'model', modelSchema, bytes)
  for (const part of parts) {
    if (part instanceof Uint8Array) addParts(kinds, 'graph', graphSchema, part)
  }
  return kinds
}

function addParts(kinds: Kinds, container: string, schema: Schema, bytes: Uint8Array): void {
  const names = new Map(Object.entries(schema).map(([name, [id]]) => [id, name]))
  for (const { id, start, to } of fieldsOf(bytes, container)) {
    const kind = `${container}.${names.get(id) ?? id}`
    const list = kinds.get(kind) ?? []
    list.push(bytes.subarray(start, to))
    kinds.set(kind, list)
  }
}

function differenceOfParts(expected: Kinds, other: Kinds): string | undefined {
  // Nodes come first, for what else differs usually follows from them.
  const kinds = new Set([NODES, ...expected.keys(), ...other.keys()])
  for (const kind of kinds) {
    const [wants, haves] = [expected.get(kind) ?? [], other.get(kind) ?? []]
    if (wants.length !== haves.length) {
      return `has ${haves.length} of ${kind}, expected ${wants.length}`
    }
    const index = wants.findIndex((part, i) => !equal(part, haves[i]!))
    if (index >= 0) return `differs in ${kind} ${index}${describe(kind, wants[index]!)}`
  }
  return undefined
}

const NODES = 'graph.node'

/** Operator and name of a node, so that somebody can find it in a viewer. */
function describe(kind: string, bytes: Uint8Array): string {
  if (kind !== NODES) return ''
  const [outer] = fieldsOf(bytes, kind)
  const node = bytes.subarray(outer!.from)
  let [op, name] = ['', '']
  for (const { id, from, to } of fieldsOf(node, kind)) {
    const shown = node.subarray(from, Math.min(to, from + MAX_SHOWN_BYTES))
    if (id === nodeSchema.opType[0]) op = Buffer.from(shown).toString()
    if (id === nodeSchema.name[0]) name = Buffer.from(shown).toString()
  }
  return `, ${JSON.stringify(op)} called ${JSON.stringify(name)}`
}

/** Bytes of an operator's or a node's name that an error shows. */
const MAX_SHOWN_BYTES = 100

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
