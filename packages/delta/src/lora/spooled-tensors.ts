import {
  type Checkpoint,
  cursor,
  type FloatDtype,
  floatCodec,
  readInto,
  type Spool,
  type TensorInfo,
  tensorInfo
} from '@soup/tensor'

/** Tensors that are computed one after the other, and read once all are known. */
export interface SpooledTensors {
  /**
   * Rounds values to the dtype and puts them aside.
   *
   * @param name new among them
   * @returns the values as they are stored, in f32
   */
  add(name: string, shape: readonly number[], values: Float32Array): Promise<Float32Array>
  /** What was added, which the spool holds. @param name to call it in an error */
  checkpoint(name: string): Checkpoint
}

/**
 * Puts float tensors aside on the disk, so that an adapter takes no memory while it is computed.
 *
 * @param spool takes their bytes; stays the caller's, to be closed after the checkpoint was read
 */
export function spooledTensors(spool: Spool, dtype: FloatDtype): SpooledTensors {
  const codec = floatCodec(dtype)
  const tensors = new Map<string, TensorInfo>()
  const offsets = new Map<string, number>()
  return {
    add: async (name, shape, values) => {
      const bytes = codec.encode(values)
      tensors.set(name, { name, dtype, shape, sizeBytes: bytes.length })
      offsets.set(name, spool.sizeBytes)
      await spool.append(bytes)
      return codec.decode(bytes)
    },
    checkpoint: name => ({
      name,
      metadata: new Map(),
      tensors,
      isSequential: false,
      open: (tensor, offset = 0) => {
        const take = cursor(tensorInfo({ name, tensors }, tensor), offset)
        const start = offsets.get(tensor)!
        return {
          read: async (target, options) =>
            await readInto(spool, start + take(target.length), target, options)
        }
      },
      close: () => Promise.resolve()
    })
  }
}
