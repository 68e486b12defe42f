import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { ExchangeError } from './errors.ts'

/** Longest address in text: names, relays and two peer ids fit. */
const MAX_ADDRESS_LENGTH = 1024

/** @returns the multiaddr, or undefined when the text is none */
export function parseAddress(text: string): Multiaddr | undefined {
  if (text.length > MAX_ADDRESS_LENGTH) return undefined
  try {
    const address = multiaddr(text)
    const peer = peerOf(address)
    const isDialable = peer === undefined || parsePeer(peer) !== undefined
    return address.getComponents().length > 0 && isDialable ? address : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads an address that a user gave.
 *
 * @throws {ExchangeError} `EXCHANGE_BAD_ADDRESS`
 */
export function checkAddress(text: string): Multiaddr {
  const address = parseAddress(text)
  if (address !== undefined) return address
  throw new ExchangeError(
    'EXCHANGE_BAD_ADDRESS',
    `${JSON.stringify(text.slice(0, 100))} is not an address; expected something like /ip4/192.0.2.1/tcp/4001/p2p/PEER`,
    { details: { address: text.slice(0, 100) } }
  )
}

/** @returns the peer that an address ends at, undefined when it names none */
export function peerOf(address: Multiaddr): string | undefined {
  return address.getComponents().findLast(component => component.code === CODE_P2P)?.value
}

/** @returns the peer id, or undefined when the text is none */
export function parsePeer(text: string): PeerId | undefined {
  try {
    return peerIdFromString(text)
  } catch {
    return undefined
  }
}

/**
 * The addresses that lead to a peer, each ending in its id; what cannot be read, or leads elsewhere, is
 * left out, since a stranger wrote the list.
 */
export function addressesOf(peer: string, addresses: readonly string[]): Multiaddr[] {
  return addresses.flatMap(text => {
    const address = parseAddress(text)
    if (address === undefined) return []
    const target = peerOf(address)
    if (target === undefined) return [address.encapsulate(`/p2p/${peer}`)]
    return target === peer ? [address] : []
  })
}
