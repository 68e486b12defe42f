import { Budget } from './budget.ts'
import { OnnxError } from './errors.ts'
import { checkWire, type Field } from './field.ts'
import type { ModelGraph } from './model-graph.ts'
import { type Container, checkNestedTensors } from './nested-tensors.ts'
import type { Reading } from './reading.ts'
import { graphSchema, modelSchema } from './schema.ts'
import type { TensorHeader } from './tensor-header.ts'
import { type WalkedTensor, walkTensor } from './walk-tensor.ts'
import type { Window } from './window.ts'

/** What {@link walkModel} finds. */
export interface WalkedModel {
  graph: ModelGraph
  /** In file order; names are unique. */
  tensors: readonly WalkedTensor[]
}

/**
 * Goes through an ONNX file (https://github.com/onnx/onnx/blob/main/docs/IR.md) and finds its initializers, without
 * reading their bytes. All else is taken over as it is, after a look for tensors that lie in other files.
 *
 * Initializers of strings and sparse ones, and whatever subgraphs hold, are a part of the graph.
 *
 * @param name what to call the file in an error
 * @throws {OnnxError} `ONNX_MALFORMED`, `ONNX_LIMIT`, `ONNX_UNSUPPORTED`
 */
export function* walkModel(
  window: Window,
  { name, sizeBytes }: { name: string; sizeBytes: number }
): Reading<WalkedModel> {
  const budget = new Budget()
  const [head, tail]: [Uint8Array[], Uint8Array[]] = [[], []]
  let walked: WalkedGraph | undefined
  for (let at = 0; at < sizeBytes; ) {
    const field = yield* window.field(at, sizeBytes, name)
    const what = checkWire(modelSchema, field, name)
    budget.countPart(name)
    if (what === 'trainingInfo') throw new OnnxError('ONNX_UNSUPPORTED', `${name}: has ${what}`)
    if (what !== 'graph') {
      const bytes = yield* take(window, field, name, budget)
      if (what === 'functions') checkNestedTensors(value(field, bytes), 'function', name)
      ;(walked === undefined ? head : tail).push(bytes)
    } else if (walked === undefined) walked = yield* walkGraph(window, field, name, budget)
    else throw new OnnxError('ONNX_MALFORMED', `${name}: has two graphs`)
    at = field.to
  }
  if (walked === undefined) throw new OnnxError('ONNX_MALFORMED', `${name}: has no graph`)
  return {
    graph: { head: join(head), parts: walked.parts, tail: join(tail) },
    tensors: walked.tensors
  }
}

interface WalkedGraph {
  parts: (Uint8Array | TensorHeader)[]
  tensors: WalkedTensor[]
}

/** Parts of a graph that may hold tensors. */
const CONTAINERS: Readonly<Record<string, Container>> = {
  node: 'node',
  sparseInitializer: 'sparse'
}

function* walkGraph(
  window: Window,
  graph: Field,
  name: string,
  budget: Budget
): Reading<WalkedGraph> {
  const walked: WalkedGraph = { parts: [], tensors: [] }
  const names = new Set<string>()
  let between: Uint8Array[] = []
  let index = 0
  for (let at = graph.from; at < graph.to; index++) {
    const field = yield* window.field(at, graph.to, `${name}: graph`)
    const what = checkWire(graphSchema, field, `${name}: graph`) ?? 'field'
    const where = `${name}: part ${index} of the graph, ${what}`
    budget.countPart(where)
    const isTensor = what === 'initializer'
    const tensor = isTensor ? yield* walkTensor(window, field, where, budget) : undefined
    if (tensor === undefined) between.push(yield* takePart(window, field, what, where, budget))
    else {
      takeName(tensor, names)
      walked.parts.push(join(between), tensor.header)
      walked.tensors.push(tensor)
      between = []
    }
    at = field.to
  }
  walked.parts.push(join(between))
  return walked
}

function* takePart(
  window: Window,
  field: Field,
  what: string,
  where: string,
  budget: Budget
): Reading<Uint8Array> {
  const bytes = yield* take(window, field, where, budget)
  const container = CONTAINERS[what]
  if (container !== undefined) checkNestedTensors(value(field, bytes), container, where)
  return bytes
}

function takeName({ header, where }: WalkedTensor, names: Set<string>): void {
  if (names.has(header.name)) throw new OnnxError('ONNX_MALFORMED', `${where}: comes twice`)
  names.add(header.name)
}

/** Reads a field, its tag included. @returns a copy, for a view keeps all that was read with it */
function* take(window: Window, field: Field, where: string, budget: Budget): Reading<Uint8Array> {
  budget.countBytes(field.to - field.start, where)
  return new Uint8Array(yield* window.bytes(field.start, field.to))
}

function value({ start, from }: Field, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(from - start)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
