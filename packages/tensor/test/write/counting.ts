/** How threads open the checkpoints of the tests. */
import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from '../../src/checkpoint.ts'
import { TensorError } from '../../src/errors.ts'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { countOrWait } from '../team/doubling.ts'

export interface Counting {
  /** Bytes of each tensor. */
  sizes: Record<string, number>
  isSequential?: boolean
  /** Shared: reads by further threads; the calling one waits for the first of them. */
  others?: Int32Array
  /** The tensor that can't be read. */
  bad?: string
}

/** A checkpoint of U8 tensors whose bytes depend on their place and their tensor's size. */
export async function openCheckpoint(
  { sizes, isSequential = false, others, bad }: Counting,
  options?: AbortOptions
): Promise<Checkpoint> {
  options?.signal?.throwIfAborted()
  const checkpoint = memoryCheckpoint({
    tensors: Object.entries(sizes).map(([name, size]) => ({
      name,
      dtype: 'U8',
      shape: [size],
      data: counted(size)
    }))
  })
  return {
    ...checkpoint,
    isSequential,
    open: (name, offset) => {
      if (name === bad) throw new TensorError('TENSOR_UNREADABLE', `${name} can't be read`)
      const reader = checkpoint.open(name, offset)
      if (others === undefined) return reader
      return {
        read: async (target, options) => {
          await countOrWait(others)
          await reader.read(target, options)
        }
      }
    }
  }
}

function counted(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = (i % 251) ^ size
  return bytes
}
