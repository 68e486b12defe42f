import {
  frameModel,
  MAX_PROTOBUF_BYTES,
  type ModelGraph,
  OnnxError,
  parseGraph,
  type TensorHeader
} from '@soup/onnx'
import type { Checkpoint } from '../checkpoint.ts'
import { TensorError } from '../errors.ts'
import { firstDifference } from '../first-difference.ts'
import type { PlannedFile } from '../write/plan.ts'
import { dtypeOf } from './dtypes.ts'

/** Where tensors begin in a file beside the model: at pages, so that a reader may map them (ONNX's ExternalData.md). */
const PAGE_BYTES = 4096

/** Below this size a tensor stays in the model when others must leave it: ONNX's own threshold. */
const MIN_EXTERNAL_BYTES = 1024

/**
 * An ONNX model of a graph and the tensors of a checkpoint: those that lay in the base's file go into the file, those
 * that lay beside it into one more, `<fileName>.data`. Where all that goes into the file would be more than protobuf
 * can hold, the larger tensors go beside it, too.
 *
 * @param graph the companion file of a model of kind `onnx`; it may come from a peer
 * @param checkpoint its tensors must be the initializers of the graph
 * @param fileName of the ONNX file
 * @throws {TensorError} `GRAPH_DTYPE` when only dtypes differ: a graph computes with the types that it has;
 *   `GRAPH_DIFFERS` when the tensors are others
 * @throws {OnnxError} as {@link parseGraph}; `ONNX_LIMIT` when even small tensors are too many for protobuf
 */
export function planOnnx(
  graph: Uint8Array,
  checkpoint: Pick<Checkpoint, 'name' | 'tensors'>,
  fileName: string
): PlannedFile[] {
  const model = parseGraph(fileName, graph)
  const initializers = model.parts.filter(
    (part): part is TensorHeader => !(part instanceof Uint8Array)
  )
  requireTensors(fileName, initializers, checkpoint)
  const plan = layOut(model, fileName, tensor => tensor.isExternal)
  if (plan[0]!.sizeBytes <= MAX_PROTOBUF_BYTES) return plan
  const smaller = layOut(
    model,
    fileName,
    ({ isExternal, sizeBytes }) => isExternal || sizeBytes >= MIN_EXTERNAL_BYTES
  )
  if (smaller[0]!.sizeBytes <= MAX_PROTOBUF_BYTES) return smaller
  throw new OnnxError(
    'ONNX_LIMIT',
    `${fileName}: ${smaller[0]!.sizeBytes} bytes without its larger tensors, protobuf allows ${MAX_PROTOBUF_BYTES}`
  )
}

function requireTensors(
  fileName: string,
  initializers: readonly TensorHeader[],
  { name, tensors }: Pick<Checkpoint, 'name' | 'tensors'>
): void {
  const expected = new Map(
    initializers.map(initializer => {
      const dtype = dtypeOf(initializer) ?? initializer.type
      return [initializer.name, { dtype, shape: initializer.shape }]
    })
  )
  for (const [tensor, { dtype }] of expected) {
    const got = tensors.get(tensor)?.dtype ?? dtype
    if (got === dtype) continue
    throw new TensorError(
      'GRAPH_DTYPE',
      `${name}: tensor ${JSON.stringify(tensor)} is ${got}, but the graph of ${fileName} computes with ${dtype}: keep the dtypes, and convert the result with an ONNX tool`,
      { details: { checkpoint: name, tensor, dtype: got, expected: dtype } }
    )
  }
  const difference = firstDifference(expected, tensors)
  if (difference === undefined) return
  const { tensor, problem } = difference
  throw new TensorError(
    'GRAPH_DIFFERS',
    `${name} doesn't fit the graph of ${fileName}: tensor ${JSON.stringify(tensor)} ${problem}`,
    { details: { checkpoint: name, graph: fileName, tensor, problem } }
  )
}

/** @returns the model, and the file beside it where there is one */
function layOut(
  model: ModelGraph,
  fileName: string,
  isOutside: (tensor: TensorHeader) => boolean
): PlannedFile[] {
  const location = `${fileName}.data`
  const outside = new Map<string, number>()
  const empty = new Map<string, number>()
  let end = 0
  const { positions, ...framed } = frameModel(model, tensor => {
    if (tensor.sizeBytes === 0) empty.set(tensor.name, 0)
    if (tensor.sizeBytes === 0 || !isOutside(tensor)) return { kind: 'inline' }
    const offset = Math.ceil(end / PAGE_BYTES) * PAGE_BYTES
    outside.set(tensor.name, offset)
    end = offset + tensor.sizeBytes
    return { kind: 'external', location, offset }
  })
  // A plan has a place for every tensor, also for one without bytes.
  const file = { fileName, ...framed, positions: new Map([...positions, ...empty]) }
  if (outside.size === 0) return [file]
  return [file, { fileName: location, sizeBytes: end, fixed: [], positions: outside }]
}
