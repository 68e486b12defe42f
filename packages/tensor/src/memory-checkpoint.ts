import type { Checkpoint, TensorInfo, TensorReader } from './checkpoint.ts'
import { isDtype, tensorBytes } from './dtype.ts'
import { cursor, tensorInfo } from './tensor-info.ts'

/** A tensor in memory. */
export interface MemoryTensor {
  /** Name, unique within the checkpoint. */
  name: string
  /** Dtype in safetensors' terms. */
  dtype: string
  /** Length of each dimension; empty for a scalar. */
  shape: readonly number[]
  /** The elements' bytes, little endian, C order, in any view: a `Float32Array` holds an F32 tensor. */
  data: ArrayBufferView
}

/** What {@link memoryCheckpoint} is made of. */
export interface MemoryCheckpointInit {
  /** What to call it in an error. */
  name?: string
  /** Free text by key. */
  metadata?: Iterable<readonly [string, string]>
  /** The tensors, in file order. */
  tensors: Iterable<MemoryTensor>
}

/**
 * A checkpoint over tensors in memory, e.g. those that training has just produced.
 *
 * @param init the buffers stay the caller's and are read when the checkpoint is
 * @throws {RangeError} when a name comes twice, or a buffer's size isn't its dtype times its shape
 */
export function memoryCheckpoint(init: MemoryCheckpointInit): Checkpoint {
  const data = new Map<string, Uint8Array>()
  const tensors = new Map<string, TensorInfo>()
  for (const tensor of init.tensors) {
    const { name, dtype, shape } = tensor
    const bytes = viewBytes(tensor.data)
    const expected = isDtype(dtype) ? tensorBytes(dtype, shape) : bytes.length
    if (expected !== bytes.length) {
      throw new RangeError(
        `tensor ${JSON.stringify(name)}: ${dtype}[${shape}] takes ${expected} bytes, got ${bytes.length}`
      )
    }
    if (tensors.has(name)) throw new RangeError(`tensor ${JSON.stringify(name)} is given twice`)
    tensors.set(name, { name, dtype, shape: [...shape], sizeBytes: bytes.length })
    data.set(name, bytes)
  }
  const name = init.name ?? 'memory'
  return {
    name,
    metadata: new Map(init.metadata),
    tensors,
    isSequential: false,
    open: (tensor, offset = 0) =>
      copyBytes(data.get(tensor)!, tensorInfo({ name, tensors }, tensor), offset),
    close: () => Promise.resolve()
  }
}

function viewBytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

function copyBytes(bytes: Uint8Array, info: TensorInfo, offset: number): TensorReader {
  const take = cursor(info, offset)
  return {
    read: async (target, options) => {
      options?.signal?.throwIfAborted()
      const at = take(target.length)
      target.set(bytes.subarray(at, at + target.length))
    }
  }
}
