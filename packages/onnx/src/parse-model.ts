import { checkDomain } from './domain.ts'
import { OnnxError } from './errors.ts'
import { findFlaw } from './find-flaw.ts'
import { MAX_MODEL_BYTES } from './limits.ts'
import type { OnnxModel } from './model.ts'
import { readGraph } from './read-graph.ts'
import { readMessage, required } from './read-message.ts'
import { modelSchema, opsetSchema } from './schema.ts'

/**
 * Reads an ONNX protobuf file, strictly: what the model type can't say is refused, not left out (but for
 * documentation, names of tools and of nodes).
 *
 * @param bytes the whole file
 * @returns the model; initializer data are views into `bytes`
 * @throws {OnnxError} `ONNX_MALFORMED`, `ONNX_LIMIT`, `ONNX_UNSUPPORTED`
 */
export function parseModel(bytes: Uint8Array): OnnxModel {
  if (bytes.length > MAX_MODEL_BYTES) {
    throw new OnnxError('ONNX_LIMIT', `model: ${bytes.length} bytes, at most ${MAX_MODEL_BYTES}`)
  }
  const message = readMessage(bytes, modelSchema, 'model')
  const model = {
    irVersion: required(message.irVersion, 'model, irVersion'),
    opset: readOpset(message.opsetImport),
    ...readGraph(required(message.graph, 'model, graph'))
  }
  const flaw = findFlaw(model)
  if (flaw !== undefined) throw new OnnxError('ONNX_MALFORMED', `model: ${flaw}`)
  return model
}

function readOpset(imports: readonly Uint8Array[]): number {
  const opset = readMessage(required(imports, 'model, opsetImport'), opsetSchema, 'opset')
  checkDomain(opset.domain, 'opset')
  return required(opset.version, 'opset, version')
}
