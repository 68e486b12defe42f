import { randomUUID } from 'node:crypto'
import { type FileHandle, lstat, open, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ByteSink } from '@soup/interface'
import { fileError } from './file-error.ts'
import { takeName } from './take-name.ts'

/** Options of {@link fileSink}. */
export interface FileSinkInit {
  /** Bytes that the file will have, where known: a disk without the room is refused at once. */
  sizeBytes?: number
}

/**
 * Creates a file under a temporary name in the same folder; committing makes it durable and gives it its
 * final name, which never shows a part of it. An existing file is never replaced, also not one that
 * another process creates meanwhile.
 *
 * @returns writes throw {@link TensorError} `FILE_NO_SPACE` when the disk fills up
 * @throws {TensorError} `FILE_EXISTS`; `FILE_NOT_FOUND` when the folder is missing; `FILE_NO_SPACE`
 *   when the free space can't hold it; `FILE_FAILED`
 */
export async function fileSink(path: string, init: FileSinkInit = {}): Promise<ByteSink> {
  const temporary = `${path}.${randomUUID()}.partial`
  const guard = async <T>(action: Promise<T>): Promise<T> => {
    try {
      return await action
    } catch (error) {
      throw fileError(path, error, init.sizeBytes)
    }
  }
  await guard(refuse(path, init.sizeBytes))
  const handle = await guard(open(temporary, 'wx'))
  let isDone = false
  return {
    write: async (bytes, options) => {
      options?.signal?.throwIfAborted()
      await guard(writeAll(handle, bytes))
    },
    commit: async () => {
      await guard(publish(handle, temporary, path))
      isDone = true
    },
    discard: async () => {
      if (isDone) return
      isDone = true
      await handle.close()
      await guard(rm(temporary, { force: true }))
    }
  }
}

/** Fails at once where committing would: the file exists, or the disk hasn't the room. */
async function refuse(path: string, sizeBytes = 0): Promise<void> {
  const exists = await lstat(path).then(
    () => true,
    () => false
  )
  if (exists) throw Object.assign(new Error('file exists'), { code: 'EEXIST' })
  const { bavail, bsize } = await statfs(dirname(path))
  if (bavail * bsize < sizeBytes) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    written += (await handle.write(bytes, written)).bytesWritten
  }
}

async function publish(handle: FileHandle, temporary: string, path: string): Promise<void> {
  await handle.sync()
  await handle.close()
  await takeName(temporary, path)
  if (process.platform === 'win32') return // Folders can't be synchronized there.
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}
