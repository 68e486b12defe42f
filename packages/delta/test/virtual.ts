/** A checkpoint of any size that takes no memory, which any thread can open. */
import type { Checkpoint } from '@soup/tensor'
import { noise } from './fixtures.ts'

export interface VirtualInput {
  name: string
  sizeBytes: number
  /** What is added to every 48th byte. */
  change: number
  /** The offset from which on reading fails. */
  failAt?: number
}

/** Bytes after which the content repeats: no power of 2, so that pieces differ. */
const PERIOD = 96 * 1000

/** The names of what was closed in this thread. */
export const closed: string[] = []

/** Opens one BF16 tensor `x`. */
export async function openCheckpoint(input: VirtualInput): Promise<Checkpoint> {
  const { name, sizeBytes, change, failAt = sizeBytes } = input
  const period = noise(1, PERIOD).map((byte, i) => (i % 48 === 0 ? byte + change : byte))
  const read = (target: Uint8Array, at: number): void => {
    if (at + target.length > failAt) throw new Error(`${name} can't be read at ${at}`)
    for (let filled = 0; filled < target.length; ) {
      const part = period.subarray((at + filled) % PERIOD).subarray(0, target.length - filled)
      target.set(part, filled)
      filled += part.length
    }
  }
  return {
    name,
    metadata: new Map(),
    tensors: new Map([['x', { name: 'x', dtype: 'BF16', shape: [sizeBytes / 2], sizeBytes }]]),
    isSequential: false,
    open: (_, offset = 0) => {
      let at = offset
      return {
        read: async target => {
          read(target, at)
          at += target.length
        }
      }
    },
    close: async () => void closed.push(name)
  }
}
