import { listing, shortId } from '../cli/format.ts'
import { type Command, nodeCommand } from './command.ts'

/** `peers`: who this node is connected to. */
export const peers: Command = nodeCommand({
  name: 'peers',
  summary: 'list the connected peers',
  examples: ['soup-node peers'],
  needs: 'repo',
  run: async ({ exchange }, _invocation, options) => ({
    running: exchange !== undefined,
    peers: (await exchange?.peers(options)) ?? []
  }),
  toJson: ({ peers }) => peers,
  render: ({ running, peers }) =>
    listing(
      peers,
      {
        peer: peer => shortId(peer.peer),
        direction: peer => peer.direction,
        rtt: peer => (peer.rttMs === undefined ? '' : `${Math.round(peer.rttMs)} ms`),
        address: peer => peer.addresses[0] ?? ''
      },
      running
        ? 'No peer is connected; connect to one with: soup-node connect ADDRESS'
        : 'No peers, for no daemon runs on this repo; start one with: soup-node start'
    )
})
