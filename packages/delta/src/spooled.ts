import {
  type Checkpoint,
  cursor,
  readInto,
  type Spool,
  type TensorInfo,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'
import { encodePieceTable } from './piece-table.ts'

/** A tensor whose bytes lie in a spool, behind a head in memory. */
export interface SpooledTensor {
  readonly info: TensorInfo
  /** Its first bytes; kept, not mutated. */
  readonly head: Uint8Array
  /** Where the others begin in the spool. */
  readonly offset: number
}

/** A tensor all of whose bytes lie in a spool, from `offset` on. */
export function spooledBytes(info: TensorInfo, offset: number): SpooledTensor {
  return { info, head: new Uint8Array(0), offset }
}

/**
 * A tensor as a payload stores it: a table of the lengths of its pieces, then the pieces, which lie behind one another
 * in the spool.
 *
 * @param offset where the first piece begins in the spool
 */
export function spooledPieces(
  name: string,
  lengths: readonly number[],
  offset: number
): SpooledTensor {
  const head = encodePieceTable(lengths)
  const sizeBytes = lengths.reduce((sum, length) => sum + length, head.length)
  return { info: { name, dtype: 'U8', shape: [sizeBytes], sizeBytes }, head, offset }
}

/**
 * A checkpoint over what was put aside in a spool.
 *
 * @param spool stays the caller's, to be closed when nobody reads any more
 */
export function spooledCheckpoint(
  name: string,
  metadata: ReadonlyMap<string, string>,
  spooled: ReadonlyMap<string, SpooledTensor>,
  spool: Spool
): Checkpoint {
  const tensors = new Map([...spooled].map(([tensor, { info }]) => [tensor, info]))
  return {
    name,
    metadata,
    tensors,
    isSequential: false,
    open: (tensor, at = 0) => {
      tensorInfo({ name, tensors }, tensor)
      return readSpooled(spooled.get(tensor)!, at, spool)
    },
    close: () => Promise.resolve()
  }
}

function readSpooled(
  { info, head, offset }: SpooledTensor,
  from: number,
  spool: Spool
): TensorReader {
  const take = cursor(info, from)
  return {
    read: async (target, options) => {
      const at = take(target.length)
      const first = head.subarray(at, at + target.length)
      target.set(first)
      const rest = target.subarray(first.length)
      const start = offset + Math.max(0, at - head.length)
      if (rest.length > 0) await readInto(spool, start, rest, options)
    }
  }
}
