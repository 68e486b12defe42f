import { SoupError } from './errors.ts'

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
 * @returns `{ code, message, details }`; anything that is no SoupError becomes code `INTERNAL`
 */
export function errorToJson(error: unknown): ErrorJson {
  if (error instanceof SoupError) {
    return { code: error.code, message: error.message, details: error.details }
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'ABORTED', message: 'Interrupted', details: {} }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message, details: {} }
}
