import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder, syncFolder } from '@soup/store'
import { NodeError } from '../errors.ts'

/**
 * Makes a folder whole or not at all: `build` fills a temporary one beside it, which is then renamed. Both names are
 * on the disk when this returns; the files' bytes are up to `build`.
 *
 * @param out the folder to make; it must not exist yet, or be empty
 * @param build writes files into the folder that it is given
 * @throws NodeError OUT_EXISTS when there is something at `out`, OUT_FAILED when the system refuses
 */
export async function intoFolder<T>(
  out: string,
  build: (folder: string) => Promise<T>
): Promise<T> {
  await checkFree(out)
  const temporary = await makeTemporary(out)
  try {
    const result = await build(temporary)
    await syncFolder(temporary)
    await rmdir(out).catch(ignoreMissing)
    await rename(temporary, out)
    await syncFolder(dirname(out))
    return result
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw outputError(out, error)
  }
}

async function makeTemporary(out: string): Promise<string> {
  const temporary = `${out}.partial-${randomBytes(4).toString('hex')}`
  try {
    await makeFolder(dirname(out))
    await mkdir(temporary)
    return temporary
  } catch (error) {
    throw outputError(out, error)
  }
}

/** @throws NodeError OUT_EXISTS when there is something at `out`, OUT_FAILED when it cannot be seen */
export async function checkFree(out: string): Promise<void> {
  const names = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw outputError(out, error)
  })
  const isLink = names === undefined && (await isThere(out)) // one that leads nowhere
  if (isLink || (names !== undefined && names.length > 0)) throw outExists(out)
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false
  )
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** Puts what the system said into words; every other error passes as it is. */
function outputError(out: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error
  const { code, path, message } = error as NodeJS.ErrnoException
  const isTaken = code === 'ENOTEMPTY' || code === 'EEXIST' || (code === 'ENOTDIR' && path === out)
  if (isTaken && existsSync(out)) return outExists(out, error)
  const reason = code === 'ENOSPC' ? 'the disk is full' : `${message}; choose another --out`
  return new NodeError('OUT_FAILED', `${out} cannot be written: ${reason}`, {
    details: { out },
    cause: error
  })
}

function outExists(out: string, cause?: unknown): NodeError {
  const message = `${out} exists already; choose another --out, or remove it first`
  return new NodeError('OUT_EXISTS', message, { details: { out }, cause })
}

/** @returns a path in `folder` that nothing else uses */
export function temporaryPath(folder: string, suffix: string): string {
  return join(folder, `${randomBytes(8).toString('hex')}${suffix}`)
}
