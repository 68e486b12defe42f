import { SoupError } from '@soup/interface'

/** Failures of the node itself: wrong usage, a missing repo, something not found, an occupied output. */
export class NodeError extends SoupError {
  override readonly name = 'NodeError'
}

/** A command line (or an API call) that asks for something the command does not offer. */
export class UsageError extends NodeError {
  /** @param message what was wrong and what is accepted */
  constructor(message: string, details: Record<string, unknown> = {}) {
    super('USAGE', message, { details })
  }
}

/** An error that happened elsewhere, in the daemon or in a worker: same code, message and details. */
export class RelayedError extends NodeError {
  /** @param json the error as it was sent */
  constructor(json: ErrorJson) {
    super(json.code, json.message, { details: { ...json.details } })
  }
}

/**
 * The JSON form of an error, as `--json` prints it and the local API sends it.
 *
 * @returns `{ code, message, details }`; anything that is no SoupError becomes code `INTERNAL`
 */
export function errorToJson(error: unknown): ErrorJson {
  if (error instanceof SoupError) {
    return { code: error.code, message: error.message, details: error.details }
  }
  if (isAbort(error)) return { code: 'ABORTED', message: 'Interrupted', details: {} }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message, details: {} }
}

/** An error as JSON, inside `{ error: ... }`. */
export interface ErrorJson {
  code: string
  message: string
  details: Readonly<Record<string, unknown>>
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
