import type { AbortOptions } from '@soup/interface'
import { graphDifference, parseGraph } from '@soup/onnx'
import { TensorError } from '../errors.ts'
import type { CompanionFile, Model } from '../model/model.ts'

/**
 * Makes sure that an ONNX model has the graph of its base, so that the weights of both mean the same: the same nodes,
 * and initializers of the same names, types and shapes in the same order. Where their bytes lie doesn't matter.
 *
 * @param base model of layout `onnx`
 * @param other any model; its graph may come from a peer
 * @throws {TensorError} `GRAPH_DIFFERS`, which names the first difference, or says that the other has no graph
 * @throws {OnnxError} as {@link parseGraph}
 * @throws {TypeError} when the base is no ONNX model
 */
export async function requireSameGraph(
  base: Model,
  other: Model,
  options?: AbortOptions
): Promise<void> {
  const expected = graphOf(base)
  if (other.layout.kind !== 'onnx') {
    throw differs(base, other, 'it has no graph, and only an ONNX file goes with an ONNX base')
  }
  const got = graphOf(other)
  if (expected.sha256 === got.sha256) return
  const difference = graphDifference(
    parseGraph(base.name, await expected.read(options)),
    parseGraph(other.name, await got.read(options))
  )
  if (difference !== undefined) throw differs(base, other, `its graph ${difference}`, difference)
}

function differs(base: Model, other: Model, how: string, difference?: string): TensorError {
  return new TensorError(
    'GRAPH_DIFFERS',
    `${other.name} is no fine-tune of ${base.name} as the same exporter writes it: ${how}`,
    { details: { base: base.name, model: other.name, difference } }
  )
}

function graphOf({ name, layout, files }: Model): CompanionFile {
  const graph = layout.kind === 'onnx' ? files.get(layout.graph) : undefined
  if (graph === undefined) throw new TypeError(`${name} is no ONNX model`)
  return graph
}
