import {
  BLOCK_BYTES,
  type Checkpoint,
  decodeBlock,
  elementCount,
  type FloatDtype,
  floatBytes,
  returnBlocks,
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
  const info = asFloats
    ? { ...stored, dtype: 'F32', sizeBytes: elementCount(stored.shape)! * BYTES }
    : stored
  const tensors = new Map([[to, { ...info, name: to }]])
  return {
    name: checkpoint.name,
    metadata: new Map(),
    tensors,
    isSequential: checkpoint.isSequential,
    open: (name, offset = 0) => {
      tensorInfo({ name: checkpoint.name, tensors }, name)
      if (!asFloats) return checkpoint.open(from, offset)
      const dtype = stored.dtype as FloatDtype
      return decodingReader(checkpoint.open(from, (offset / BYTES) * floatBytes(dtype)), dtype)
    },
    close: () => Promise.resolve()
  }
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
