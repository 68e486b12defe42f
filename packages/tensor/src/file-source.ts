import { type BigIntStats, fstatSync, readSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import type { AbortOptions, ByteSource } from '@soup/interface'
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
  const fill = async (offset: number, target: Uint8Array, options?: AbortOptions) => {
    options?.signal?.throwIfAborted()
    checkRange(path, opened.size, offset, target.length)
    if (!isMainThread) {
      readSyncExactly(path, handle.fd, offset, target, opened)
      await turn(target.length)
      return
    }
    await readExactly(path, handle, offset, target)
    options?.signal?.throwIfAborted()
    checkSame(path, opened, await handle.stat({ bigint: true }))
  }
  return {
    name: path,
    sizeBytes: Number(opened.size),
    read: async (offset, length, options) => {
      checkRange(path, opened.size, offset, length)
      const bytes = new Uint8Array(length)
      await fill(offset, bytes, options)
      return bytes
    },
    readInto: fill,
    close: () => {
      closing ??= handle.close()
      return closing
    }
  }
}

/**
 * Worker threads read without the detour through the thread pool, having nobody to answer meanwhile. Every now and
 * then they still look whether they are to stop.
 */
const TURN_BYTES = 16 * 2 ** 20

let sinceTurn = 0

async function turn(sizeBytes: number): Promise<void> {
  sinceTurn += sizeBytes
  if (sinceTurn < TURN_BYTES) return
  sinceTurn = 0
  await setImmediate()
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
  target: Uint8Array
): Promise<void> {
  let filled = 0
  while (filled < target.length) {
    const { bytesRead } = await handle
      .read(target, filled, target.length - filled, offset + filled)
      .catch(error => {
        throw fileError(path, error)
      })
    if (bytesRead === 0) throw cut(path, offset + filled)
    filled += bytesRead
  }
}

function readSyncExactly(
  path: string,
  file: number,
  offset: number,
  target: Uint8Array,
  opened: BigIntStats
): void {
  for (let filled = 0; filled < target.length; ) {
    const bytesRead = inWords(path, () =>
      readSync(file, target, filled, target.length - filled, offset + filled)
    )
    if (bytesRead === 0) throw cut(path, offset + filled)
    filled += bytesRead
  }
  checkSame(
    path,
    opened,
    inWords(path, () => fstatSync(file, { bigint: true }))
  )
}

function inWords<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw fileError(path, error)
  }
}

function checkRange(path: string, sizeBytes: bigint, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= sizeBytes) return
  throw new RangeError(`${path}: ${length} bytes at ${offset} leave its ${sizeBytes} bytes`)
}

function cut(path: string, end: number): TensorError {
  return changed(path, `it ends at byte ${end} now`)
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
