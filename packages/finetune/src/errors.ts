import { SoupError, type SoupErrorInit } from '@soup/interface'

/** What can go wrong in a fine-tuning. */
export type FinetuneErrorCode = 'REWARD_NOT_FINITE'

/**
 * A fine-tuning that can't go on.
 *
 * - `REWARD_NOT_FINITE`: the objective gave NaN or an infinity.
 */
export class FinetuneError extends SoupError {
  override readonly name = 'FinetuneError'

  /**
   * @param code what went wrong
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(code: FinetuneErrorCode, message: string, init?: SoupErrorInit) {
    super(code, message, init)
  }
}
