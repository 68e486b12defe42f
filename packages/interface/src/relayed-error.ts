import { SoupError } from './errors.ts'
import { isOutOfFiles, OUT_OF_FILES } from './out-of-files.ts'

/** An error as JSON, inside `{ error: ... }`. */
export interface ErrorJson {
  code: string
  message: string
  details: Readonly<Record<string, unknown>>
}

/** An error that happened elsewhere, in a daemon or in a worker thread: same code, message and details. */
export class RelayedError extends SoupError {
  override readonly name = 'RelayedError'

  /**
   * @param json the error as it was sent
   * @param stack where it happened
   */
  constructor(json: ErrorJson, stack?: string) {
    super(json.code, json.message, { details: { ...json.details } })
    if (stack !== undefined) this.stack = stack
  }
}

/**
 * The JSON form of an error, as `--json` prints it and as it goes from thread to thread.
 *
 * @returns `{ code, message, details }`; what is no SoupError becomes code `INTERNAL`, but for an abort, and for a file that
 *   could not be opened because too many are: any part of a program meets that, also where it loads its own modules
 */
export function errorToJson(error: unknown): ErrorJson {
  if (error instanceof SoupError) {
    return { code: error.code, message: error.message, details: error.details }
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'ABORTED', message: 'Interrupted', details: {} }
  }
  const message = error instanceof Error ? error.message : String(error)
  if (isOutOfFiles(error)) {
    return { code: 'FILE_FAILED', message: `${message}: ${OUT_OF_FILES}`, details: {} }
  }
  return { code: 'INTERNAL', message, details: {} }
}
