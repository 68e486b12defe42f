import type { PeerId } from '@libp2p/interface'
import type { AbortOptions } from '@soup/interface'
import type { Host } from './host.ts'
import type { ConnectedPeer } from './index.ts'

/** Longest name for itself that a peer is shown with. */
const MAX_AGENT_BYTES = 128

/** Lists the peers that a host is connected to, with what identify and ping have found out. */
export function describePeers(host: Host, options: AbortOptions = {}): Promise<ConnectedPeer[]> {
  return Promise.all(host.getPeers().map(peer => describe(host, peer, options)))
}

async function describe(host: Host, id: PeerId, options: AbortOptions): Promise<ConnectedPeer> {
  const connections = host.getConnections(id)
  const first = connections[0]
  const agent = await agentOf(host, id, options)
  return {
    peer: id.toString(),
    addresses: connections.map(connection => connection.remoteAddr.toString()),
    direction: first?.direction ?? 'outbound',
    ...(first?.rtt === undefined ? {} : { rttMs: first.rtt }),
    ...(agent === undefined ? {} : { agent })
  }
}

async function agentOf(
  host: Host,
  id: PeerId,
  { signal }: AbortOptions
): Promise<string | undefined> {
  const options = signal === undefined ? {} : { signal }
  if (!(await host.peerStore.has(id, options))) return undefined
  const { metadata } = await host.peerStore.get(id, options)
  const agent = metadata.get('AgentVersion')
  return agent === undefined ? undefined : printable(agent)
}

/** As it may go to a terminal: one short line without control characters. */
function printable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MAX_AGENT_BYTES)).replace(/\p{C}/gu, '?')
}
