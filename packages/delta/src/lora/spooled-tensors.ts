import { type Checkpoint, type FloatDtype, floatCodec, type Spool } from '@soup/tensor'
import { type SpooledTensor, spooledBytes, spooledCheckpoint } from '../spooled.ts'

/** Tensors that are computed one after the other, and read once all are known. */
export interface SpooledTensors {
  /**
   * Rounds values to the dtype and puts them aside.
   *
   * @param name new among them
   * @returns the values as they are stored, in f32
   */
  add(name: string, shape: readonly number[], values: Float32Array): Promise<Float32Array>
  /** What was added so far, which the spool holds. @param name to call it in an error */
  checkpoint(name: string): Checkpoint
}

/**
 * Puts float tensors aside on the disk, so that an adapter takes no memory while it is computed.
 *
 * @param spool takes their bytes; stays the caller's, to be closed after the checkpoint was read
 */
export function spooledTensors(spool: Spool, dtype: FloatDtype): SpooledTensors {
  const codec = floatCodec(dtype)
  const spooled = new Map<string, SpooledTensor>()
  return {
    add: async (name, shape, values) => {
      const bytes = codec.encode(values)
      const info = { name, dtype, shape, sizeBytes: bytes.length }
      spooled.set(name, spooledBytes(info, spool.sizeBytes))
      await spool.append(bytes)
      return codec.decode(bytes)
    },
    checkpoint: name => spooledCheckpoint(name, new Map(), spooled, spool)
  }
}
