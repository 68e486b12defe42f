import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { NodeError } from '../errors.ts'

/**
 * Makes a folder whole or not at all: `build` fills a temporary one beside it, which is then renamed.
 *
 * @param out the folder to make; it must not exist yet, or be empty
 * @param build writes files into the folder that it is given
 * @throws NodeError OUT_EXISTS when there is something at `out`
 */
export async function intoFolder<T>(
  out: string,
  build: (folder: string) => Promise<T>
): Promise<T> {
  await checkFree(out)
  const temporary = `${out}.partial-${randomBytes(4).toString('hex')}`
  await mkdir(dirname(out), { recursive: true })
  await mkdir(temporary)
  try {
    const result = await build(temporary)
    await rmdir(out).catch(ignoreMissing)
    await rename(temporary, out)
    return result
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

/** @throws NodeError OUT_EXISTS when there is something at `out` */
export async function checkFree(out: string): Promise<void> {
  const entries = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') return [out]
    throw error
  })
  if (entries.length === 0) return
  const message = `${out} exists already; choose another --out, or remove it first`
  throw new NodeError('OUT_EXISTS', message, { details: { out } })
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** @returns a path in `folder` that nothing else uses */
export function temporaryPath(folder: string, suffix: string): string {
  return join(folder, `${randomBytes(8).toString('hex')}${suffix}`)
}
