import {
  type Checkpoint,
  cursor,
  readInto,
  type Spool,
  type TensorInfo,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'

/** One tensor's encoded pieces: where they lie in the spool, behind a table of their lengths. */
export interface StoredTensor {
  table: Uint8Array
  offset: number
  storedBytes: number
}

/** A table of the lengths of pieces: 32 bits each, little endian. */
export function tableOf(lengths: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(lengths).buffer)
}

/**
 * A payload whose pieces lie in a spool.
 *
 * @param stored what is stored of each tensor that has changed
 * @param spool stays the caller's
 */
export function spooledPayload(
  name: string,
  metadata: Map<string, string>,
  stored: ReadonlyMap<string, StoredTensor>,
  spool: Spool
): Checkpoint {
  const tensors = new Map<string, TensorInfo>()
  for (const [tensor, { table, storedBytes }] of stored) {
    const sizeBytes = table.length + storedBytes
    tensors.set(tensor, { name: tensor, dtype: 'U8', shape: [sizeBytes], sizeBytes })
  }
  return {
    name,
    metadata,
    tensors,
    isSequential: false,
    open: (tensor, at = 0) =>
      readStored(stored.get(tensor)!, tensorInfo({ name, tensors }, tensor), at, spool),
    close: () => Promise.resolve()
  }
}

/** The table, then the pieces, which lie behind one another in the spool. */
function readStored(
  { table, offset }: StoredTensor,
  info: TensorInfo,
  from: number,
  spool: Spool
): TensorReader {
  const take = cursor(info, from)
  return {
    read: async (target, options) => {
      const at = take(target.length)
      const head = table.subarray(at, at + target.length)
      target.set(head)
      const rest = target.subarray(head.length)
      const start = offset + Math.max(0, at - table.length)
      if (rest.length > 0) await readInto(spool, start, rest, options)
    }
  }
}
