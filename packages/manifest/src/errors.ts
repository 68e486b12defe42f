import { SoupError, type SoupErrorInit } from '@soup/interface'

/** Codes of {@link ManifestError}; docs/errors.md says what to do about each. */
export type ManifestErrorCode =
  | 'RECORD_INVALID'
  | 'RECORD_SIGNATURE'
  | 'RECORD_TOO_LARGE'
  | 'RECIPE_INVALID'
  | 'TICKET_INVALID'
  | 'PAYLOAD_NODE_INVALID'

/** A record, recipe file, ticket or payload node that breaks the rules of its format. */
export class ManifestError extends SoupError {
  override readonly name: string = 'ManifestError'

  /**
   * @param code what kind of thing is wrong
   * @param message one sentence: what, where, expected, got
   * @param init details and cause
   */
  constructor(code: ManifestErrorCode, message: string, init?: SoupErrorInit) {
    super(code, message, init)
  }
}
