import { SoupError, type SoupErrorInit } from '@soup/interface'

/** What a front's file or a preference's text can do wrong. */
export class ParetoError extends SoupError {
  override readonly name = 'ParetoError'

  /**
   * @param code `FRONT_INVALID` (details: `path`, the JSON path) or `PREFERENCE_INVALID`
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(
    code: 'FRONT_INVALID' | 'PREFERENCE_INVALID',
    message: string,
    init: SoupErrorInit = {}
  ) {
    super(code, message, init)
  }
}
