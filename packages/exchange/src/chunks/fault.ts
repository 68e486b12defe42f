import type { SoupErrorInit } from '@soup/interface'
import { ExchangeError } from '../errors.ts'

/**
 * What a provider's failure means for the pull: `retry` it after a pause, `leave` it alone in this pull, or
 * `ban` it for a while because what it sent was wrong.
 */
export type Verdict = 'retry' | 'leave' | 'ban'

/** A failure that is one provider's, not the pull's. */
export class ProviderFault extends ExchangeError {
  override readonly name = 'ProviderFault'
  /** What to do about the provider. */
  readonly verdict: Verdict

  constructor(verdict: Verdict, message: string, init?: SoupErrorInit) {
    super('EXCHANGE_PEER_FAULT', message, init)
    this.verdict = verdict
  }
}

/** @returns the verdict over a failure of any kind: connections break, so what is unknown may be retried */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof ProviderFault) return error.verdict
  const isUnsupported = error instanceof Error && error.name === 'UnsupportedProtocolError'
  return isUnsupported ? 'leave' : 'retry'
}
