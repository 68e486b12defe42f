import { InferenceSession, Tensor } from 'onnxruntime-node'
import { InferenceError } from './errors.ts'

/**
 * A loaded model with float32 inputs and outputs of fixed shapes, whose buffers live as long as it does:
 * fill the inputs, run, read the outputs.
 */
export interface Session {
  /** Input buffers by name, C order. */
  readonly inputs: ReadonlyMap<string, Float32Array>
  /** Output buffers by name, overwritten by each run. */
  readonly outputs: ReadonlyMap<string, Float32Array>
  /**
   * Computes the outputs. Blocks the thread for the computation.
   *
   * @throws {InferenceError} `INFERENCE_RUN`
   */
  run(): Promise<void>
  /** Frees the model. Safe to call twice; call it before the worker ends. */
  close(): Promise<void>
}

// One thread: a worker owns one core, and a sum that is split among threads would depend on their number.
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1
}

/**
 * Loads a model on the CPU, single-threaded.
 *
 * @param model ONNX protobuf, not kept
 * @throws {InferenceError} `INFERENCE_MODEL` when ONNX Runtime refuses it, a shape is not fixed or a value
 *   is not float32
 */
export async function createSession(model: Uint8Array): Promise<Session> {
  const session = await load(model)
  try {
    return bind(session, tensors(session.inputMetadata), tensors(session.outputMetadata))
  } catch (error) {
    await session.release()
    throw error
  }
}

async function load(model: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, OPTIONS)
  } catch (cause) {
    throw new InferenceError(
      'INFERENCE_MODEL',
      `model of ${model.length} bytes: ONNX Runtime refuses it: ${reason(cause)}`,
      { cause }
    )
  }
}

/** Allocates a tensor for each value; all runs share them. */
function tensors(values: readonly InferenceSession.ValueMetadata[]): Record<string, Tensor> {
  return Object.fromEntries(values.map(value => [value.name, tensor(value)]))
}

function tensor(value: InferenceSession.ValueMetadata): Tensor {
  if (!value.isTensor || value.type !== 'float32') throw notFixed(value.name, 'is not float32')
  const shape = value.shape.map(size => {
    if (typeof size === 'string') throw notFixed(value.name, `has a free dimension ${size}`)
    return size
  })
  const length = shape.reduce((product, size) => product * size, 1)
  return new Tensor('float32', new Float32Array(length), shape)
}

function notFixed(name: string, what: string): InferenceError {
  return new InferenceError(
    'INFERENCE_MODEL',
    `model: value ${name} ${what}; inputs and outputs must be float32 of fixed shape`,
    { details: { name } }
  )
}

function bind(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: Record<string, Tensor>
): Session {
  let isOpen = true
  return {
    inputs: buffers(feeds),
    outputs: buffers(fetches),
    async run() {
      if (!isOpen) throw new TypeError('run() of a closed session')
      try {
        await session.run(feeds, fetches)
      } catch (cause) {
        throw new InferenceError('INFERENCE_RUN', `run failed: ${reason(cause)}`, { cause })
      }
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      await session.release()
    }
  }
}

function buffers(values: Record<string, Tensor>): Map<string, Float32Array> {
  return new Map(Object.entries(values).map(([name, t]) => [name, t.data as Float32Array]))
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
