import { type Checkpoint, type MemoryTensor, memoryCheckpoint, readPieces } from '@soup/tensor'

/** Collects a stream into one buffer. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const list: Uint8Array[] = []
  for await (const piece of pieces) list.push(piece)
  return Buffer.concat(list)
}

/** All bytes of a checkpoint's tensor. */
export function collectTensor(of: Checkpoint, name: string): Promise<Buffer> {
  return collect(readPieces(of, name))
}

/** A checkpoint of tensors given as rows. */
export function checkpoint(
  name: string,
  tensors: [name: string, dtype: string, shape: number[], data: ArrayBufferView][],
  metadata: [string, string][] = []
): Checkpoint {
  return memoryCheckpoint({
    name,
    metadata,
    tensors: tensors.map(
      ([name, dtype, shape, data]): MemoryTensor => ({ name, dtype, shape, data })
    )
  })
}

/** Bytes of a linear congruential generator: the same for the same seed. */
export function noise(seed: number, length: number): Uint8Array {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}
