import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { ByteSource } from '@soup/interface'
import { TensorError } from './errors.ts'
import { fileError } from './file-error.ts'

/**
 * Opens a file for reading. It must stay as it is until it is closed: a read that finds it cut,
 * written to or removed since is an error, so that nothing is ever made of two versions of a file.
 *
 * @returns reads throw {@link TensorError} `FILE_CHANGED`, or `FILE_FAILED` when the disk does
 * @throws {TensorError} `FILE_NOT_FOUND`; `FILE_FAILED` when it isn't a regular file or can't be read
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const { handle, opened } = await openFile(path)
  let closing: Promise<void> | undefined
  return {
    name: path,
    sizeBytes: Number(opened.size),
    read: async (offset, length, options) => {
      options?.signal?.throwIfAborted()
      if (offset < 0 || length < 0 || offset + length > opened.size) {
        throw new RangeError(`${path}: ${length} bytes at ${offset} leave its ${opened.size} bytes`)
      }
      const bytes = await readExactly(path, handle, offset, length)
      options?.signal?.throwIfAborted()
      checkSame(path, opened, await handle.stat({ bigint: true }))
      return bytes
    },
    close: () => {
      closing ??= handle.close()
      return closing
    }
  }
}

async function openFile(path: string): Promise<{ handle: FileHandle; opened: BigIntStats }> {
  try {
    // Asked before opening, for opening a pipe would wait for its other end.
    if (!(await stat(path)).isFile()) throw new Error('it is not a regular file')
    const handle = await open(path, 'r')
    return { handle, opened: await handle.stat({ bigint: true }) }
  } catch (error) {
    throw fileError(path, error)
  }
}

async function readExactly(
  path: string,
  handle: FileHandle,
  offset: number,
  length: number
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle
      .read(bytes, filled, length - filled, offset + filled)
      .catch(error => {
        throw fileError(path, error)
      })
    if (bytesRead === 0) throw changed(path, `it ends at byte ${offset + filled} now`)
    filled += bytesRead
  }
  return bytes
}

function checkSame(path: string, before: BigIntStats, now: BigIntStats): void {
  if (now.size !== before.size) throw changed(path, `it had ${before.size} bytes, now ${now.size}`)
  if (now.mtimeNs !== before.mtimeNs) throw changed(path, 'it was written to')
  if (now.nlink === 0n && before.nlink > 0n) throw changed(path, 'it was replaced or removed')
}

function changed(path: string, how: string): TensorError {
  return new TensorError('FILE_CHANGED', `${path} changed while it was read: ${how}`, {
    details: { path }
  })
}
