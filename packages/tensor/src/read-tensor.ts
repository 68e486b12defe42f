import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from './checkpoint.ts'
import { TensorError } from './errors.ts'
import { floatCodec } from './float-codec.ts'
import { FLOAT_DTYPES, isFloatDtype } from './kernels/convert.ts'
import { DEFAULT_MAX_TENSOR_BYTES } from './limits.ts'
import { tensorInfo } from './tensor-info.ts'

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
 * @throws {TensorError} `TENSOR_TOO_LARGE` past the limit, before anything is read
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
  await checkpoint.open(name).read(bytes, options)
  return bytes
}

/**
 * Reads a whole float tensor as f32.
 *
 * @returns the elements in C order; F64 is rounded
 * @throws {TensorError} `TENSOR_DTYPE` when the tensor isn't of a {@link FloatDtype}; else as {@link readTensor}
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
      `${checkpoint.name}: tensor ${JSON.stringify(name)} is ${dtype}, expected one of ${FLOAT_DTYPES}`,
      { details: { checkpoint: checkpoint.name, tensor: name, dtype } }
    )
  }
  return floatCodec(dtype).decode(await readTensor(checkpoint, name, options))
}
