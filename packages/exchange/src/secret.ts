import { stat } from 'node:fs/promises'
import { ExchangeError } from './errors.ts'

/**
 * Checks that only its owner may read a secret, where the system knows of owners; absence is no failure.
 *
 * @param path a file
 * @throws {ExchangeError} `SECRET_EXPOSED`; `FILE_FAILED` when the system refuses to look
 */
export async function checkPrivate(path: string): Promise<void> {
  const found = await inWords(path, () => stat(path).catch(ignoreMissing))
  if (found === undefined || process.platform === 'win32' || (found.mode & 0o077) === 0) return
  const mode = (found.mode & 0o777).toString(8)
  const message = `${path} is a secret that other users may read (mode ${mode}): chmod 600 it, and replace it if one of them may have`
  throw new ExchangeError('SECRET_EXPOSED', message, { details: { path, mode } })
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}

/**
 * Runs what works on a secret's file and puts into words what the system says against it.
 *
 * @throws {ExchangeError} `FILE_FAILED`; every other error passes as it is
 */
export async function inWords<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    const message = `${path} cannot be used: ${cause.message}; mend it, or choose another folder with --repo DIR`
    throw new ExchangeError('FILE_FAILED', message, { details: { path }, cause })
  }
}
