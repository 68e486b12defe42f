import { createCipheriv, hash } from 'node:crypto'
import type { RandomFill } from '../../src/dp/normals.ts'

/** Random bytes that depend on the seed alone: an AES-128-CTR key stream. */
export function seeded(seed: number): RandomFill {
  const key = hash('sha256', `noise ${seed}`, 'buffer').subarray(0, 16)
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  return bytes => bytes.set(cipher.update(new Uint8Array(bytes.length)))
}
