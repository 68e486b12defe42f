import { MAX_FILE_NAME_BYTES } from './limits.ts'

/**
 * What keeps a stranger's word from being the name of a file beside the weights: separators, control characters, a
 * colon (a drive or a hidden stream on Windows), a length that no file system takes.
 *
 * @returns undefined when nothing does
 */
export function fileNameFlaw(fileName: string): string | undefined {
  if (Buffer.byteLength(fileName) > MAX_FILE_NAME_BYTES) {
    return `a file name has more than ${MAX_FILE_NAME_BYTES} bytes`
  }
  if (fileName === '' || fileName === '.' || fileName === '..' || /[/\\:\p{Cc}]/u.test(fileName)) {
    return `file ${JSON.stringify(fileName)}: expected a name without separators or control characters`
  }
  return undefined
}
