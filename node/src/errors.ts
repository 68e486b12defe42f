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
