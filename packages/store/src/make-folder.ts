import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from './files.ts'

/** Options of {@link makeFolder}. */
export interface MakeFolderInit {
  /** Permission bits of the folders that are made; by default the process's umask decides. */
  mode?: number
}

/**
 * Makes a folder and those above it that are missing; does nothing where it is there.
 *
 * Node's own recursive `mkdir` never ends where the system says that a path is missing whose parent is
 * there, as Linux does of `/proc/x`.
 *
 * @throws what the system said, as it is: its caller knows what the folder is for
 */
export async function makeFolder(path: string, init: MakeFolderInit = {}): Promise<void> {
  let failure = await makeOne(path, init)
  if (failure !== undefined && codeOf(failure) === 'ENOENT' && dirname(path) !== path) {
    await makeFolder(dirname(path), init)
    failure = await makeOne(path, init)
  }
  if (failure !== undefined) throw failure
}

/** @returns what the system said, or undefined where the folder is there, whoever made it */
async function makeOne(path: string, init: MakeFolderInit): Promise<unknown> {
  try {
    await mkdir(path, init)
    return undefined
  } catch (error) {
    const found = await stat(path).catch(() => undefined)
    return found?.isDirectory() ? undefined : error
  }
}
