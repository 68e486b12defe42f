/**
 * A loaded model with float32 inputs and outputs of fixed shapes, whose buffers live as long as it does:
 * fill the inputs, run, read the outputs.
 */
export interface Session {
  /** Input buffers by name, C order. */
  readonly inputs: ReadonlyMap<string, Float32Array>
  /** Output buffers by name, overwritten by each run. */
  readonly outputs: ReadonlyMap<string, Float32Array>
  /** Computes the outputs. Blocks the thread for the computation. */
  run(): Promise<void>
  /** Frees the model. Safe to call twice; call it before the worker ends. */
  close(): Promise<void>
}

/**
 * Loads a model on the CPU, single-threaded.
 *
 * @param model ONNX protobuf, not kept
 * @throws {InferenceError} `INFERENCE_MODEL` when ONNX Runtime refuses it or a shape is not fixed
 */
export async function createSession(model: Uint8Array): Promise<Session> {
  throw new Error(`not written yet: ${model.length}`)
}
