import { SoupError } from '@soup/interface'

/**
 * Something that the network, a peer or a configured address did wrong.
 *
 * Codes: `EXCHANGE_BAD_ADDRESS`, `EXCHANGE_BAD_PAYLOAD`, `EXCHANGE_CORRUPT`, `EXCHANGE_DIAL_FAILED`,
 * `EXCHANGE_IDENTITY`, `EXCHANGE_LISTEN_FAILED`, `EXCHANGE_NO_PROVIDER`, `EXCHANGE_PORT_IN_USE`, `EXCHANGE_STOPPED`,
 * `FILE_FAILED` and `SECRET_EXPOSED` for the file of a secret, and `EXCHANGE_PEER_FAULT`
 * for what one peer did (it ends that peer's stream and, where others can help, goes no further).
 */
export class ExchangeError extends SoupError {
  override readonly name: string = 'ExchangeError'
}
