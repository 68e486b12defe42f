import { SoupError } from '@soup/interface'

/** What can go wrong with a peer's catalogue. */
export type CatalogueErrorCode =
  /** A peer's bytes are not what the protocol says. */
  | 'CATALOGUE_MALFORMED'
  /** A peer went past a limit of the protocol. */
  | 'CATALOGUE_LIMIT'
  /** A peer sent a record or an announcement that does not verify, or is not what was asked for. */
  | 'CATALOGUE_INVALID'
  /** A peer answered with a numbered error. */
  | 'CATALOGUE_REFUSED'
  /** A peer closed the stream in the middle of an exchange. */
  | 'CATALOGUE_ENDED'
  /** A peer took too long. */
  | 'CATALOGUE_TIMEOUT'
  /** No peer could be asked. */
  | 'CATALOGUE_UNREACHABLE'

/** A failure while records are exchanged; `details.peer` names the peer where there is one. */
export class CatalogueError extends SoupError {
  override readonly name = 'CatalogueError'
  declare readonly code: CatalogueErrorCode

  /**
   * Says what a peer did.
   *
   * @param code what failed
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(
    code: CatalogueErrorCode,
    message: string,
    init?: ConstructorParameters<typeof SoupError>[2]
  ) {
    super(code, message, init)
  }
}

/** Whether an error says that its peer broke the protocol, rather than that it is slow or gone. */
export function isFault(error: unknown): error is CatalogueError {
  return error instanceof CatalogueError && FAULTS.has(error.code)
}

const FAULTS: ReadonlySet<CatalogueErrorCode> = new Set([
  'CATALOGUE_MALFORMED',
  'CATALOGUE_LIMIT',
  'CATALOGUE_INVALID'
])
