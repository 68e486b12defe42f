/** What a {@link SoupError} carries besides its message. */
export interface SoupErrorInit {
  /** Facts for programs: names, sizes, ids. Plain JSON values only. */
  details?: Record<string, unknown>
  /** The failure that led to this one. */
  cause?: unknown
}

/**
 * The base of every error that a user, a file or a peer can cause.
 *
 * Callers branch on `code`, which is stable and listed in docs/errors.md; messages name what failed,
 * where, what was expected, what came and the way out, and may change. Mistakes of the calling
 * program are plain `TypeError` or `RangeError` instead; abort reasons pass through untouched.
 */
export class SoupError extends Error {
  override readonly name: string = 'SoupError'
  /** Stable name of the failure, upper snake case. */
  readonly code: string
  /** Facts for programs: names, sizes, ids. */
  readonly details: Readonly<Record<string, unknown>>

  /**
   * @param code stable name of the failure, upper snake case
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(code: string, message: string, init: SoupErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.details = init.details ?? {}
  }
}
