import { SoupError, type SoupErrorInit } from '@soup/interface'

/** Codes of {@link StoreError}; docs/errors.md says what to do about each. */
export type StoreErrorCode =
  | 'STORE_LOCKED'
  | 'STORE_CORRUPT'
  | 'STORE_FULL'
  | 'STORE_CLOSED'
  | 'STORE_FAILED'
  | 'ID_AMBIGUOUS'
  | 'PAYLOAD_INCOMPLETE'

/** The store cannot do what was asked: disk, lock, or data that is not there. */
export class StoreError extends SoupError {
  override readonly name: string = 'StoreError'

  /**
   * @param code what kind of thing is wrong
   * @param message one sentence: what, where, and the way out
   * @param init details and cause
   */
  constructor(code: StoreErrorCode, message: string, init?: SoupErrorInit) {
    super(code, message, init)
  }
}
