import { OnnxError } from './errors.ts'
import { checkGraphSize, type ModelGraph } from './model-graph.ts'
import { readBuffer } from './reading.ts'
import { walkModel } from './walk-model.ts'
import { Window } from './window.ts'

/**
 * Reads what `encodeGraph` makes of a model, trusting nothing: it may come from a peer.
 *
 * @param name what to call it in an error
 * @returns parts that are copies
 * @throws {OnnxError} `ONNX_MALFORMED` also when an initializer has bytes, or names a file that has them; else as
 *   `scanModel`
 */
export function parseGraph(name: string, bytes: Uint8Array): ModelGraph {
  checkGraphSize(name, bytes)
  const file = { name, sizeBytes: bytes.length }
  const { graph, tensors } = readBuffer(bytes, walkModel(new Window(bytes.length), file))
  const odd = tensors.find(({ header, data }) => data.length > 0 || header.external !== undefined)
  if (odd === undefined) return graph
  throw new OnnxError('ONNX_MALFORMED', `${odd.where}: has data, where a graph has none`)
}
