import type { AbortOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo } from './checkpoint.ts'
import { TensorError } from './errors.ts'
import { floatCodec, isFloatDtype } from './float-codec.ts'
import { DEFAULT_MAX_TENSOR_BYTES } from './limits.ts'

/** Options of {@link readTensor} and {@link readFloats}. */
export interface ReadTensorOptions extends AbortOptions {
  /** Most bytes that the stored tensor may have; {@link DEFAULT_MAX_TENSOR_BYTES} unless given. */
  maxBytes?: number
}

/**
 * Reads a whole tensor into memory.
 *
 * @returns its bytes, which belong to the caller
 * @throws {RangeError} when no tensor has this name
 * @throws {TensorError} `TENSOR_TOO_LARGE` past the limit, before anything is read;
 *   `TENSOR_INCOMPLETE` when the checkpoint delivers another number of bytes than it said
 */
export async function readTensor(
  checkpoint: Checkpoint,
  name: string,
  options: ReadTensorOptions = {}
): Promise<Uint8Array<ArrayBuffer>> {
  const info = tensorInfo(checkpoint, name)
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_TENSOR_BYTES
  if (info.sizeBytes > maxBytes) {
    throw new TensorError(
      'TENSOR_TOO_LARGE',
      `${checkpoint.name}: tensor ${JSON.stringify(name)} has ${info.sizeBytes} bytes, at most ${maxBytes} are read at once`,
      {
        details: { checkpoint: checkpoint.name, tensor: name, sizeBytes: info.sizeBytes, maxBytes }
      }
    )
  }
  const bytes = new Uint8Array(info.sizeBytes)
  let filled = 0
  for await (const piece of checkpoint.read(name, options)) {
    if (filled + piece.length > bytes.length)
      throw incomplete(checkpoint, info, filled + piece.length)
    bytes.set(piece, filled)
    filled += piece.length
  }
  if (filled < bytes.length) throw incomplete(checkpoint, info, filled)
  return bytes
}

/**
 * Reads a whole float tensor as f32.
 *
 * @returns the elements in C order; F64 is rounded
 * @throws {TensorError} `TENSOR_DTYPE` when the tensor isn't F16, BF16, F32 or F64; else as {@link readTensor}
 */
export async function readFloats(
  checkpoint: Checkpoint,
  name: string,
  options: ReadTensorOptions = {}
): Promise<Float32Array<ArrayBuffer>> {
  const { dtype } = tensorInfo(checkpoint, name)
  if (!isFloatDtype(dtype)) {
    throw new TensorError(
      'TENSOR_DTYPE',
      `${checkpoint.name}: tensor ${JSON.stringify(name)} is ${dtype}, expected F16, BF16, F32 or F64`,
      { details: { checkpoint: checkpoint.name, tensor: name, dtype } }
    )
  }
  return floatCodec(dtype).decode(await readTensor(checkpoint, name, options))
}

/**
 * What a checkpoint says of one tensor.
 *
 * @throws {RangeError} when no tensor has this name
 */
export function tensorInfo(checkpoint: Checkpoint, name: string): TensorInfo {
  const info = checkpoint.tensors.get(name)
  if (info === undefined)
    throw new RangeError(`${checkpoint.name} has no tensor ${JSON.stringify(name)}`)
  return info
}

/** The error of a tensor that ended early or late. */
export function incomplete(checkpoint: Checkpoint, info: TensorInfo, got: number): TensorError {
  return new TensorError(
    'TENSOR_INCOMPLETE',
    `${checkpoint.name}: tensor ${JSON.stringify(info.name)} was cut: expected ${info.sizeBytes} bytes, got ${got}`,
    { details: { checkpoint: checkpoint.name, tensor: info.name, expected: info.sizeBytes, got } }
  )
}
