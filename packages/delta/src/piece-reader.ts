import type { TensorInfo, TensorReader } from '@soup/tensor'

/**
 * Reads a tensor that comes in pieces of any size; each is made when the bytes before it have been read.
 *
 * @param pieces all bytes of the tensor in order; each is copied before the next is asked for
 * @returns what throws whatever making a piece throws
 */
export function pieceReader(info: TensorInfo, pieces: AsyncIterator<Uint8Array>): TensorReader {
  let left = info.sizeBytes
  let rest: Uint8Array = new Uint8Array(0)
  return {
    read: async (target, options) => {
      if (target.length > left) throw ended(info)
      for (let filled = 0; filled < target.length; ) {
        options?.signal?.throwIfAborted()
        if (rest.length === 0) rest = await next(info, pieces)
        const part = rest.subarray(0, target.length - filled)
        target.set(part, filled)
        filled += part.length
        left -= part.length
        rest = rest.subarray(part.length)
      }
    }
  }
}

async function next(info: TensorInfo, pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const { value, done } = await pieces.next()
  if (done === true) throw ended(info)
  return value
}

function ended({ name }: TensorInfo): RangeError {
  return new RangeError(`tensor ${JSON.stringify(name)} has no more bytes`)
}
