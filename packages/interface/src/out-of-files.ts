/** What somebody can do who runs out of open files. */
export const OUT_OF_FILES = 'too many files are open: allow more with ulimit -n'

/**
 * Tells whether a failure is that a process, or the system, has no more files to open. A thread that could not start, or
 * a module that could not be loaded, say so in their message alone.
 *
 * @param failure an error or a code of the system
 */
export function isOutOfFiles(failure: unknown): boolean {
  return /\bE[MN]FILE\b|too many open files/i.test(String(failure))
}
