import type { AbortOptions, ByteSource } from '@soup/interface'
import { type ElementType, isFixed, typedStorage } from './element-type.ts'
import { OnnxError } from './errors.ts'
import { MAX_DECODED_BYTES, MAX_PROTOBUF_BYTES } from './limits.ts'
import { checkGraphSize, encodeGraph } from './model-graph.ts'
import { type Reading, readSource } from './reading.ts'
import { tensorSchema, wireTypes } from './schema.ts'
import { readTypedData } from './typed-data.ts'
import { walkModel } from './walk-model.ts'
import type { WalkedTensor } from './walk-tensor.ts'
import { Window } from './window.ts'

/** Where the bytes of an initializer are: little endian, C order, as many as it takes. */
export type InitializerData =
  /** In the model's file, from `offset` on. */
  | { kind: 'inline'; offset: number }
  /** In another file, from `offset` on. That the file is there and long enough is for others to check. */
  | { kind: 'external'; location: string; offset: number }
  /** Here: the file has them in another form. */
  | { kind: 'decoded'; bytes: Uint8Array }

/** An initializer of a model's main graph. */
export interface StoredInitializer {
  name: string
  type: ElementType
  /** Length of each dimension; empty for a scalar. */
  shape: readonly number[]
  sizeBytes: number
  data: InitializerData
}

/** A model's file: what it computes, and where its weights are. */
export interface ScannedModel {
  /** By name, in file order. */
  initializers: ReadonlyMap<string, StoredInitializer>
  /** The file without the bytes of its initializers, in the form that `encodeGraph` makes of it. */
  graph: Uint8Array
}

/**
 * Finds the initializers of an ONNX file of any size, reading all but their bytes: the memory it takes is that of the
 * graph, at most {@link MAX_GRAPH_BYTES}, and of the numbers in typed fields that must be decoded, at most
 * {@link MAX_DECODED_BYTES}.
 *
 * Unlike `parseModel` it takes any operators, subgraphs, functions and fields of later versions: these are parts of
 * the graph, which nothing here looks into but for tensors in other files.
 *
 * @param source stays the caller's
 * @throws {OnnxError} `ONNX_MALFORMED`, `ONNX_LIMIT`; `ONNX_UNSUPPORTED` for training information, segments of
 *   tensors, element types that have no number and tensors in other files that are no initializers of the main graph
 */
export async function scanModel(source: ByteSource, options?: AbortOptions): Promise<ScannedModel> {
  if (source.sizeBytes > MAX_PROTOBUF_BYTES) {
    throw new OnnxError(
      'ONNX_LIMIT',
      `${source.name}: ${source.sizeBytes} bytes, protobuf allows ${MAX_PROTOBUF_BYTES}; save it with external data`
    )
  }
  return await readSource(source, scan(source), options)
}

function* scan(file: { name: string; sizeBytes: number }): Reading<ScannedModel> {
  const window = new Window(file.sizeBytes)
  const walked = yield* walkModel(window, file)
  const graph = encodeGraph(walked.graph)
  checkGraphSize(file.name, graph)
  const initializers = new Map<string, StoredInitializer>()
  let decodedBytes = 0
  for (const tensor of walked.tensors) {
    const { name, type, shape, sizeBytes } = tensor.header
    let data = findData(tensor)
    if (data === undefined) {
      decodedBytes += sizeBytes
      if (decodedBytes > MAX_DECODED_BYTES) throw tooMuch(tensor.where)
      data = { kind: 'decoded', bytes: yield* readTypedData(window, tensor) }
    }
    initializers.set(name, { name, type, shape, sizeBytes, data })
  }
  return { initializers, graph }
}

/** @returns undefined for numbers that must be decoded */
function findData(tensor: WalkedTensor): InitializerData | undefined {
  const { header, data, where } = tensor
  if (header.isExternal) return findExternal(tensor)
  const [first] = data
  if (first === undefined) {
    if (header.sizeBytes > 0) throw malformed(where, `takes ${header.sizeBytes} bytes, has none`)
    return { kind: 'inline', offset: 0 }
  }
  const length = first.to - first.from
  const isAlone = data.length === 1 && first.wire === wireTypes.bytes
  if (first.id === tensorSchema.rawData[0]) {
    if (!isAlone) throw malformed(where, 'raw_data is no string of bytes, or not alone')
    if (length === header.sizeBytes) return { kind: 'inline', offset: first.from }
    throw malformed(where, `takes ${header.sizeBytes} bytes, raw_data has ${length}`)
  }
  checkField(tensor)
  const isPlain = isAlone && isFixed(header.type) && length === header.sizeBytes
  return isPlain ? { kind: 'inline', offset: first.from } : undefined
}

function findExternal({ header, data, where }: WalkedTensor): InitializerData {
  const { external, sizeBytes } = header
  if (data.length > 0) throw malformed(where, 'has data in the model and in another file')
  if (external === undefined) throw malformed(where, 'lies in another file, which is not named')
  const { location, offset, length = sizeBytes } = external
  if (length === sizeBytes) return { kind: 'external', location, offset }
  throw malformed(where, `takes ${sizeBytes} bytes, ${location} has ${length}`)
}

function checkField({ header, data, where }: WalkedTensor): void {
  const { field, id } = typedStorage(header.type)
  if (data.every(part => part.id === id)) return
  throw malformed(where, `its numbers, ${header.type}, are not in ${field} alone`)
}

function malformed(where: string, problem: string): OnnxError {
  return new OnnxError('ONNX_MALFORMED', `${where}: ${problem}`)
}

function tooMuch(where: string): OnnxError {
  return new OnnxError(
    'ONNX_LIMIT',
    `${where}: more than ${MAX_DECODED_BYTES} bytes of numbers are not in raw_data; save them there`
  )
}
