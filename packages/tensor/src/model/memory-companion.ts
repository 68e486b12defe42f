import { hash } from 'node:crypto'
import type { CompanionFile } from './model.ts'

/**
 * A companion file of bytes in memory: one that was computed, e.g. the configuration of a soup of adapters.
 *
 * @param bytes kept, not copied; whoever reads the file gets a copy
 */
export function memoryCompanion(fileName: string, bytes: Uint8Array): CompanionFile {
  return {
    fileName,
    sizeBytes: bytes.length,
    sha256: hash('sha256', bytes),
    read: async options => {
      options?.signal?.throwIfAborted()
      // Not slice(), which of a Buffer is no copy.
      return new Uint8Array(bytes)
    }
  }
}
