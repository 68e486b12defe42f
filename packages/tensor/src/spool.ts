import { type FileHandle, open, rm } from 'node:fs/promises'
import type { AbortOptions, ByteSource } from '@soup/interface'
import { TensorError } from './errors.ts'
import { fileError } from './file-error.ts'

/** Bytes that are put aside until their sizes are known, then read back. Gone when it is closed. */
export interface Spool extends ByteSource {
  /** Appends `bytes`; the buffer may be reused once the promise settles. One at a time. */
  append(bytes: Uint8Array, options?: AbortOptions): Promise<void>
}

/**
 * A spool on disk. Its file is unlinked as soon as it is open, so that it vanishes with the process
 * however that ends.
 *
 * @param path a name that doesn't exist yet, on a disk with enough room
 * @throws {TensorError} `FILE_EXISTS`, `FILE_NOT_FOUND`, `FILE_NO_SPACE`, `FILE_FAILED`
 */
export async function fileSpool(path: string): Promise<Spool> {
  const handle = await openUnlinked(path)
  let sizeBytes = 0
  return {
    name: path,
    get sizeBytes() {
      return sizeBytes
    },
    append: async (bytes, options) => {
      options?.signal?.throwIfAborted()
      await handle.appendFile(bytes).catch(error => {
        throw fileError(path, error)
      })
      sizeBytes += bytes.length
    },
    read: async (offset, length, options) => {
      options?.signal?.throwIfAborted()
      checkRange(path, sizeBytes, offset, length)
      const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, offset)
      if (bytesRead < length) {
        throw new TensorError('FILE_CHANGED', `${path}: ${length} bytes at ${offset} were cut`)
      }
      return buffer
    },
    close: () => handle.close()
  }
}

async function openUnlinked(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'wx+')
    await rm(path)
    return handle
  } catch (error) {
    throw fileError(path, error)
  }
}

/** A spool in memory, for what is known to be small. */
export function memorySpool(): Spool {
  let bytes = new Uint8Array(2 ** 16)
  let sizeBytes = 0
  return {
    name: 'memory',
    get sizeBytes() {
      return sizeBytes
    },
    append: async added => {
      if (sizeBytes + added.length > bytes.length) {
        const larger = new Uint8Array(2 * (sizeBytes + added.length))
        larger.set(bytes.subarray(0, sizeBytes))
        bytes = larger
      }
      bytes.set(added, sizeBytes)
      sizeBytes += added.length
    },
    read: async (offset, length) => {
      checkRange('memory', sizeBytes, offset, length)
      return bytes.slice(offset, offset + length)
    },
    close: () => Promise.resolve()
  }
}

function checkRange(name: string, sizeBytes: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > sizeBytes) {
    throw new RangeError(`${name}: ${length} bytes at ${offset} leave its ${sizeBytes} bytes`)
  }
}
