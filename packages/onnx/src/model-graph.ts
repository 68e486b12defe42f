import { type Writer, writer } from 'protons-runtime'
import { OnnxError } from './errors.ts'
import { writeExternalData } from './external-data.ts'
import { MAX_GRAPH_BYTES } from './limits.ts'
import { graphSchema, modelSchema, tensorSchema } from './schema.ts'
import { type TensorHeader, writeTensorHeader } from './tensor-header.ts'
import { int, tag } from './write-field.ts'

/** A model as the bytes of its file, with its initializers in between, whose own bytes are elsewhere. */
export interface ModelGraph {
  /** What precedes the graph. */
  head: Uint8Array
  /** The graph: initializers, and the fields around them as they stood. */
  parts: readonly (Uint8Array | TensorHeader)[]
  /** What follows the graph. */
  tail: Uint8Array
}

/** Where the bytes of an initializer go: into the model, into another file, or nowhere. */
export type Placement =
  | { kind: 'inline' }
  | { kind: 'external'; location: string; offset: number }
  | { kind: 'none' }

/** A model's file but for the bytes of its initializers. */
export interface FramedModel {
  sizeBytes: number
  /** What lies around the initializers' bytes, in the order of the positions. */
  fixed: { position: number; bytes: Uint8Array }[]
  /** The first byte of each initializer that is inline, by name; those without bytes have none. */
  positions: Map<string, number>
}

/** Bytes of a file, or the initializer whose bytes come there. */
type Segment = Uint8Array | TensorHeader

/**
 * Writes the protobuf around a model's initializers.
 *
 * @param place where the bytes of an initializer go; called once for each, in order
 */
export function frameModel(
  graph: ModelGraph,
  place: (tensor: TensorHeader) => Placement
): FramedModel {
  const body = graph.parts.flatMap(part =>
    part instanceof Uint8Array ? [part] : frameTensor(part, place(part))
  )
  const start = encode(w => tag(w, modelSchema.graph).uint64(BigInt(bytesOf(body))))
  return lay([graph.head, start, ...body, graph.tail])
}

function frameTensor(tensor: TensorHeader, placement: Placement): Segment[] {
  const isInline = placement.kind === 'inline' && tensor.sizeBytes > 0
  const header = writeTensorHeader(tensor, w => writeExternal(w, tensor, placement))
  const raw = isInline
    ? encode(w => tag(w, tensorSchema.rawData).uint64(BigInt(tensor.sizeBytes)))
    : new Uint8Array(0)
  const content = isInline ? [header, raw, tensor] : [header]
  const start = encode(w => tag(w, graphSchema.initializer).uint64(BigInt(bytesOf(content))))
  return [start, ...content]
}

/** An initializer without elements has no bytes anywhere: ONNX's checker refuses a place for them. */
function writeExternal(w: Writer, tensor: TensorHeader, placement: Placement): void {
  if (placement.kind === 'external' && tensor.sizeBytes > 0) {
    writeExternalData(w, { ...placement, length: tensor.sizeBytes })
    int(w, tensorSchema.dataLocation, 1)
  }
  if (placement.kind === 'none' && tensor.isExternal) int(w, tensorSchema.dataLocation, 1)
}

function encode(write: (w: Writer) => void): Uint8Array {
  const w = writer()
  write(w)
  return w.finish()
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + sizeOf(segment), 0)
}

function sizeOf(segment: Segment): number {
  return segment instanceof Uint8Array ? segment.length : segment.sizeBytes
}

function lay(segments: readonly Segment[]): FramedModel {
  const groups: { position: number; parts: Uint8Array[] }[] = []
  const positions = new Map<string, number>()
  let [sizeBytes, isOpen] = [0, false]
  for (const segment of segments) {
    if (segment instanceof Uint8Array) {
      if (!isOpen) groups.push({ position: sizeBytes, parts: [] })
      groups.at(-1)!.parts.push(segment)
    } else positions.set(segment.name, sizeBytes)
    isOpen = segment instanceof Uint8Array
    sizeBytes += sizeOf(segment)
  }
  const fixed = groups.map(({ position, parts }) => ({ position, bytes: Buffer.concat(parts) }))
  return { sizeBytes, fixed, positions }
}

/**
 * The file of a model without the bytes of its initializers: their names, types and shapes stay, and whether they lie
 * in another file, but neither which file that is nor where in it. The same exporter's models with other weights give
 * the same bytes.
 */
export function encodeGraph(graph: ModelGraph): Uint8Array {
  const { fixed } = frameModel(graph, () => ({ kind: 'none' }))
  return new Uint8Array(Buffer.concat(fixed.map(({ bytes }) => bytes)))
}

/**
 * Refuses a graph that is larger than what is held in memory.
 *
 * @param name what to call it in an error
 * @throws {OnnxError} `ONNX_LIMIT`
 */
export function checkGraphSize(name: string, graph: Uint8Array): void {
  if (graph.length <= MAX_GRAPH_BYTES) return
  throw new OnnxError(
    'ONNX_LIMIT',
    `${name}: the graph takes ${graph.length} bytes, at most ${MAX_GRAPH_BYTES} are read`
  )
}
