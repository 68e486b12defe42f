import { readFile, stat } from 'node:fs/promises'
import { NodeError } from '../errors.ts'

/** Most bytes of a settings, token or address file: each is far smaller. */
export const MAX_REPO_FILE_BYTES = 65_536

/**
 * Reads one of a repo's small text files.
 *
 * @returns undefined where there is none
 * @throws NodeError FILE_TOO_LARGE; FILE_FAILED when it is no file or the system refuses
 */
export async function readOptional(path: string): Promise<string | undefined> {
  return await inWords(path, async () => {
    const found = await stat(path).catch(ignoreMissing)
    if (found === undefined) return undefined
    if (!found.isFile()) throw fileFailed(path, 'it is not a regular file')
    if (found.size > MAX_REPO_FILE_BYTES) throw tooLarge(path, found.size)
    return await readFile(path, 'utf8').catch(ignoreMissing)
  })
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}

/**
 * Runs what works on a file of the repo and puts into words what the system says against it.
 *
 * @throws NodeError FILE_FAILED; every other error passes as it is
 */
export async function inWords<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw fileFailed(path, error.message, error)
    throw error
  }
}

function fileFailed(path: string, reason: string, cause?: unknown): NodeError {
  const message = `${path} cannot be used: ${reason}; mend the repo, or choose another with --repo DIR`
  return new NodeError('FILE_FAILED', message, { details: { path }, cause })
}

function tooLarge(path: string, sizeBytes: number): NodeError {
  const message = `${path} has ${sizeBytes} bytes, expected at most ${MAX_REPO_FILE_BYTES}`
  const details = { path, sizeBytes, maxBytes: MAX_REPO_FILE_BYTES }
  return new NodeError('FILE_TOO_LARGE', message, { details })
}
