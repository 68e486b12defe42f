import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isOutOfFiles, OUT_OF_FILES } from '@soup/interface'
import { StoreError } from './errors.ts'

/** Opens a file, as `node:fs/promises` does. */
export type OpenFile = (path: string, flags: string) => Promise<FileHandle>

/**
 * Writes a file that is there whole or not at all, whatever stops the process or the machine.
 *
 * The bytes reach the disk under a temporary name first. The entry in the folder is made durable by
 * {@link syncFolder}, which the caller does once for many files.
 *
 * @param path final name; its folder is made where it is missing
 * @param temporary name on the same disk that nobody else uses
 * @throws {StoreError} STORE_FULL, STORE_FAILED; nothing is left behind
 */
export async function writeWhole(
  path: string,
  temporary: string,
  bytes: Uint8Array,
  openFile: OpenFile = open
): Promise<void> {
  try {
    const file = await openFile(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      await file.datasync()
    } finally {
      await file.close()
    }
    await renameInto(temporary, path)
  } catch (cause) {
    throw fileError(await removed(temporary, cause), path)
  }
}

/** Clears away after a failure; where that fails too, both failures are told. */
async function removed(temporary: string, failure: unknown): Promise<unknown> {
  try {
    await rm(temporary, { force: true })
    return failure
  } catch (error) {
    return new AggregateError([failure, error], `${failure}; and then ${error}`)
  }
}

async function renameInto(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      throw error
    }
    await mkdir(dirname(path), { recursive: true })
    await rename(temporary, path)
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/**
 * Reads a small file.
 *
 * @param maxBytes a longer file is not read
 * @returns undefined where there is no such file, `damaged` where it is longer
 */
export async function readSmall(
  path: string,
  maxBytes: number
): Promise<Uint8Array | 'damaged' | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > maxBytes) {
        return 'damaged'
      }
      const bytes = new Uint8Array(size)
      const { bytesRead } = await file.read(bytes, 0, size, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined
    }
    throw fileError(error, path)
  }
}

/** Disk full, quota used up, file larger than the system allows. */
const NO_SPACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Says what a failure of the file system means for the store. */
export function fileError(cause: unknown, path: string): StoreError {
  const code = codeOf(cause)
  const init = { details: { path }, cause }
  const reason = isOutOfFiles(code) ? OUT_OF_FILES : (code ?? cause)
  return NO_SPACE.has(code ?? '')
    ? new StoreError(
        'STORE_FULL',
        `The disk is full: ${path} could not be written; free some space`,
        init
      )
    : new StoreError('STORE_FAILED', `${path} could not be read or written: ${reason}`, init)
}

/** The system's name of a failure. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) {
    return codeOf(error.errors[0])
  }
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
