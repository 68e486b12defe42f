import { table } from '../cli/format.ts'
import { bases, experts } from '../library/holdings.ts'
import { type Command, nodeCommand } from './command.ts'

/** `status`: what this node is, has and is connected to. */
export const status: Command = nodeCommand({
  name: 'status',
  summary: 'tell what this node is, what it holds and how it is connected',
  examples: ['soup-node status', 'soup-node status --json'],
  needs: 'repo',
  async run(node, _invocation, options) {
    const peers = (await node.exchange?.peers(options)) ?? []
    return {
      peerId: node.peerId,
      repo: node.repo.root,
      running: node.exchange !== undefined,
      addresses: node.exchange?.addresses() ?? [],
      peers: peers.length,
      bases: await count(bases(node, options)),
      experts: await count(experts(node, undefined, options))
    }
  },
  render(status) {
    const state = status.running
      ? `running, ${status.peers} ${status.peers === 1 ? 'peer' : 'peers'}`
      : 'no daemon runs on this repo'
    const rows = [
      ['bases', status.bases.known, status.bases.complete],
      ['experts', status.experts.known, status.experts.complete]
    ] as const
    return [
      `${status.peerId} (${state})`,
      ...status.addresses.map(address => `  ${address}`),
      table(['', 'known', 'here'], rows)
    ].join('\n')
  }
})

async function count(
  holdings: AsyncIterable<{ complete: boolean }>
): Promise<{ known: number; complete: number }> {
  const totals = { known: 0, complete: 0 }
  for await (const { complete } of holdings) {
    totals.known += 1
    if (complete) totals.complete += 1
  }
  return totals
}
