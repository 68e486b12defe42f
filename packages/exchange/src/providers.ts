import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { addressesOf, parsePeer } from './address.ts'
import type { Provider } from './catalogue/index.ts'
import { CHUNKS_PROTOCOL } from './chunks/protocol.ts'
import type { Candidate } from './chunks/pull.ts'
import { firstLine, withinDialTime } from './dial.ts'
import { ExchangeError } from './errors.ts'
import type { Host } from './host.ts'
import { MAX_STRANGERS } from './limits.ts'

/**
 * Whom a pull may ask, each once, with all the addresses that anybody named, and never the host itself: of
 * the given providers those that are connected, then {@link MAX_STRANGERS} others in their order, then
 * everybody else who is connected. However many announce a root, nobody who is connected is left out.
 *
 * @param providers hints, in part from strangers
 */
export function candidatesOf(host: Host, providers: readonly Provider[]): Candidate[] {
  const named = new Map<string, string[]>()
  for (const { peer, addresses } of providers) {
    named.set(peer, [...(named.get(peer) ?? []), ...addresses])
  }
  named.delete(host.peerId.toString())
  const connected = new Set(host.getPeers().map(peer => peer.toString()))
  const isConnected = (peer: string) => connected.has(peer)
  const peers = new Set([
    ...named.keys().filter(isConnected),
    ...[...named.keys()].filter(peer => !isConnected(peer)).slice(0, MAX_STRANGERS),
    ...connected
  ])
  return [...peers].map(peer => ({
    peer,
    open: signal => open(host, peer, named.get(peer) ?? [], signal)
  }))
}

async function open(
  host: Host,
  peer: string,
  addresses: readonly string[],
  stop: AbortSignal
): Promise<Stream> {
  const id = parsePeer(peer)
  if (id === undefined) throw new ExchangeError('EXCHANGE_BAD_ADDRESS', 'has no valid peer id')
  const signal = withinDialTime(stop)
  try {
    const connection = await reach(host, id, addresses, signal)
    return await connection.newStream(CHUNKS_PROTOCOL, { signal })
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'UnsupportedProtocolError') throw cause
    const message = `cannot be reached: ${firstLine(cause)}`
    throw new ExchangeError('EXCHANGE_DIAL_FAILED', message, { cause })
  }
}

async function reach(
  host: Host,
  id: PeerId,
  addresses: readonly string[],
  signal: AbortSignal
): Promise<Connection> {
  const open = host.getConnections(id).find(connection => connection.status === 'open')
  if (open !== undefined) return open
  const usable = addressesOf(id.toString(), addresses)
  return host.dial(usable.length > 0 ? usable : id, { signal })
}
