import { type Command, nodeCommand } from './command.ts'

/** `connect`: dials a peer. */
export const connect: Command = nodeCommand({
  name: 'connect',
  summary: 'connect the running daemon to a peer',
  args: [{ flags: '<address>', summary: "the peer's multiaddr, ending in /p2p/PEER" }],
  examples: ['soup-node connect /ip4/203.0.113.7/tcp/4190/p2p/12D3KooW...'],
  needs: 'network',
  async run(node, invocation, options) {
    const address = invocation.arg(0, 'address')
    return { peer: await node.exchange?.connect(address, options), address }
  },
  render: ({ peer }) => `Connected to ${peer}`
})
