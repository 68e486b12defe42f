import { hash } from 'node:crypto'
import type { CompanionFile } from './model.ts'

/**
 * A companion file that is made rather than found: a graph, the configuration of a computed adapter.
 *
 * @param bytes stay the caller's, not to be mutated
 */
export function memoryFile(fileName: string, bytes: Uint8Array): CompanionFile {
  return {
    fileName,
    sizeBytes: bytes.length,
    sha256: hash('sha256', bytes),
    read: () => Promise.resolve(bytes.slice())
  }
}
