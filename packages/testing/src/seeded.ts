import { createCipheriv, hash } from 'node:crypto'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'

/**
 * Bytes that look random and depend on the seed alone: the AES-128-CTR key stream of the seed's hash.
 *
 * @param seed any number or name
 * @param length in bytes
 */
export function seededBytes(seed: number | string, length: number): Uint8Array {
  const key = hash('sha256', `soup test bytes ${seed}`, 'buffer').subarray(0, 16)
  return new Uint8Array(
    createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
  )
}

/**
 * An identity that depends on the seed alone.
 *
 * @param seed any number or name
 */
export async function testKey(seed: number | string): Promise<Ed25519PrivateKey> {
  const bytes = hash('sha256', `soup test key ${seed}`, 'buffer')
  return generateKeyPairFromSeed('Ed25519', new Uint8Array(bytes))
}
