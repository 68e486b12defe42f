import { listing, shortId } from '../cli/format.ts'
import { type Command, nodeCommand } from './command.ts'

/** `peers`: who this node is connected to. */
export const peers: Command = nodeCommand({
  name: 'peers',
  summary: 'list the connected peers',
  examples: ['soup-node peers'],
  needs: 'repo',
  run: async (node, _invocation, options) => (await node.exchange?.peers(options)) ?? [],
  render: list =>
    listing(
      list,
      {
        peer: peer => shortId(peer.peer),
        direction: peer => peer.direction,
        rtt: peer => (peer.rttMs === undefined ? '' : `${Math.round(peer.rttMs)} ms`),
        address: peer => peer.addresses[0] ?? ''
      },
      'No peers (is the daemon running? see soup-node start, connect)'
    )
})
