import {
  BLOCK_BYTES,
  type Checkpoint,
  decodeBlock,
  elementCount,
  type FloatDtype,
  floatBytes,
  returnBlocks,
  type TensorInfo,
  type TensorReader,
  takeBlocks,
  tensorInfo
} from '@soup/tensor'

/** Bytes of an f32. */
const BYTES = 4

/**
 * A checkpoint of one tensor of another, under a new name.
 *
 * @param checkpoint stays the caller's
 * @param asFloats whether its elements, of a float dtype, are decoded to F32
 */
export function tensorView(
  checkpoint: Checkpoint,
  from: string,
  to: string,
  asFloats: boolean
): Checkpoint {
  const stored = tensorInfo(checkpoint, from)
  const info = asFloats ? decodedInfo(stored) : stored
  const tensors = new Map([[to, { ...info, name: to }]])
  return {
    name: checkpoint.name,
    metadata: new Map(),
    tensors,
    isSequential: checkpoint.isSequential,
    open: (name, offset = 0) => {
      tensorInfo({ name: checkpoint.name, tensors }, name)
      return asFloats ? openDecoded(checkpoint, from, offset) : checkpoint.open(from, offset)
    },
    close: () => Promise.resolve()
  }
}

/**
 * A checkpoint of which some tensors are decoded to F32.
 *
 * @param checkpoint stays the caller's
 * @param names of tensors of float dtypes
 */
export function decodedView(checkpoint: Checkpoint, names: ReadonlySet<string>): Checkpoint {
  const tensors = new Map(
    [...checkpoint.tensors].map(([name, info]) => [
      name,
      names.has(name) ? decodedInfo(info) : info
    ])
  )
  return {
    ...checkpoint,
    tensors,
    open: (name, offset) =>
      names.has(name) ? openDecoded(checkpoint, name, offset) : checkpoint.open(name, offset),
    close: () => Promise.resolve()
  }
}

function decodedInfo(info: TensorInfo): TensorInfo {
  return { ...info, dtype: 'F32', sizeBytes: elementCount(info.shape)! * BYTES }
}

function openDecoded(checkpoint: Checkpoint, name: string, offset = 0): TensorReader {
  const dtype = tensorInfo(checkpoint, name).dtype as FloatDtype
  return decodingReader(checkpoint.open(name, (offset / BYTES) * floatBytes(dtype)), dtype)
}

function decodingReader(reader: TensorReader, dtype: FloatDtype): TensorReader {
  const width = floatBytes(dtype)
  const most = BLOCK_BYTES / Math.max(width, BYTES)
  return {
    read: async (target, options) => {
      const blocks = takeBlocks(2)
      const [stored, values] = blocks
      try {
        for (let at = 0; at < target.length; at += most * BYTES) {
          const length = Math.min(most, (target.length - at) / BYTES)
          await reader.read(stored!.bytes.subarray(0, length * width), options)
          decodeBlock(dtype, stored!, values!, length)
          target.set(values!.bytes.subarray(0, length * BYTES), at)
        }
      } finally {
        returnBlocks(blocks)
      }
    }
  }
}
