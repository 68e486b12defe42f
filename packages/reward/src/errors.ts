import { SoupError, type SoupErrorInit } from '@soup/interface'

/**
 * What can be wrong with a reward mix that a user wrote.
 *
 * - `MIX_INVALID`: not `name` nor `name=number,...`; a number is negative or not finite; the numbers don't sum to 1
 * - `REWARD_UNKNOWN`: the task has no reward of that name
 */
export type RewardErrorCode = 'MIX_INVALID' | 'REWARD_UNKNOWN'

/** A user's mistake about rewards. */
export class RewardError extends SoupError {
  override readonly name = 'RewardError'

  /**
   * @param code what is wrong
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(code: RewardErrorCode, message: string, init: SoupErrorInit = {}) {
    super(code, message, init)
  }
}
