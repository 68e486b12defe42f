import { OUT_OF_FILES } from '@soup/interface'
import { TensorError } from './errors.ts'

/** What the operating system's errors mean to somebody who has to do something about them. */
const MEANINGS: Record<string, { code: string; problem: string }> = {
  ENOENT: { code: 'FILE_NOT_FOUND', problem: 'there is no such file or folder' },
  ENOTDIR: { code: 'FILE_NOT_FOUND', problem: 'a part of the path is not a folder' },
  EEXIST: { code: 'FILE_EXISTS', problem: 'it exists already; choose another name or remove it' },
  ENOSPC: { code: 'FILE_NO_SPACE', problem: 'the disk is full' },
  EDQUOT: { code: 'FILE_NO_SPACE', problem: 'the disk quota is used up' },
  EFBIG: { code: 'FILE_NO_SPACE', problem: 'the file is larger than the system allows' },
  EMFILE: { code: 'FILE_FAILED', problem: OUT_OF_FILES },
  ENFILE: { code: 'FILE_FAILED', problem: OUT_OF_FILES }
}

/**
 * Puts a failure of the file system into words.
 *
 * @param path the file that the user knows, not its temporary name
 * @param cause what the operating system said
 * @param needBytes bytes that the whole file takes, where known
 * @returns `FILE_NOT_FOUND`, `FILE_EXISTS`, `FILE_NO_SPACE`, or `FILE_FAILED` for all else
 */
export function fileError(path: string, cause: unknown, needBytes?: number): TensorError {
  const errno = (cause as NodeJS.ErrnoException).code ?? ''
  const meaning = MEANINGS[errno] ?? { code: 'FILE_FAILED', problem: (cause as Error).message }
  const need =
    meaning.code === 'FILE_NO_SPACE' && needBytes !== undefined
      ? `, ${needBytes} bytes are needed`
      : ''
  return new TensorError(meaning.code, `${path}: ${meaning.problem}${need}`, {
    cause,
    details: { path, errno, ...(needBytes === undefined ? {} : { needBytes }) }
  })
}
