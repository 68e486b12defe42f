import { OnnxError } from './errors.ts'
import { MAX_GRAPH_BYTES, MAX_GRAPH_PARTS } from './limits.ts'

/** Counts what of a model is held in memory. */
export class Budget {
  #bytes = 0
  #parts = 0

  /**
   * Counts a field of the model or its graph, or a list of numbers in an initializer.
   *
   * @throws {OnnxError} `ONNX_LIMIT`
   */
  countPart(where: string): void {
    if (++this.#parts <= MAX_GRAPH_PARTS) return
    throw new OnnxError('ONNX_LIMIT', `${where}: more than ${MAX_GRAPH_PARTS} parts`)
  }

  /**
   * Counts bytes that are about to be read and kept.
   *
   * @throws {OnnxError} `ONNX_LIMIT`
   */
  countBytes(length: number, where: string): void {
    this.#bytes += length
    if (this.#bytes <= MAX_GRAPH_BYTES) return
    throw new OnnxError(
      'ONNX_LIMIT',
      `${where}: more than ${MAX_GRAPH_BYTES} bytes besides the numbers of the initializers`
    )
  }
}
