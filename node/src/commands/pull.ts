import type { Provider } from '@soup/exchange'
import { parseTicket, TICKET_PREFIX } from '@soup/manifest'
import { formatBytes, formatSeconds, shortId } from '../cli/format.ts'
import { UsageError } from '../errors.ts'
import { experts } from '../library/holdings.ts'
import { findBase, findRecord } from '../library/lookup.ts'
import { nameOf, type Pulled, pullEach, type Wanted } from '../library/pull-each.ts'
import { refreshCatalogue } from '../library/refresh.ts'
import type { SoupNode } from '../node.ts'
import { type Command, nodeCommand } from './command.ts'
import type { Invocation } from './invocation.ts'

/** `pull`: brings experts and bases here. */
export const pull: Command = nodeCommand({
  name: 'pull',
  summary: 'bring experts or bases here from the peers that have them, every chunk verified',
  args: [{ flags: '[what...]', summary: 'ids of experts or bases, or tickets' }],
  options: [
    { flags: '--all', summary: 'every expert of --base' },
    { flags: '--base <base>', summary: 'the base whose experts --all brings' }
  ],
  examples: [
    'soup-node pull bafyreig...',
    'soup-node pull soupa...   # a ticket: needs no discovery',
    'soup-node pull --all --base bafyreib...'
  ],
  needs: 'network',
  async run(node, invocation, options) {
    return await pullEach(node, await wanted(node, invocation, options), options)
  },
  render: pulled =>
    pulled.length === 0
      ? 'Nothing to pull: no expert of this base is known yet, here or to the peers (see soup-node peers)'
      : pulled.map(renderOne).join('\n')
})

function renderOne(pulled: Pulled): string {
  const { kind, bytes, seconds, providers, resumedBytes, failures } = pulled
  const kept = resumedBytes > 0 ? `, ${formatBytes(resumedBytes)} were here already` : ''
  const sources = providers.map(({ peer, bytes: sent, rejected }) => {
    const bad = rejected > 0 ? `, ${rejected} chunks rejected` : ''
    return `  ${formatBytes(sent)} from ${shortId(peer)}${bad}`
  })
  const vain = failures.map(
    ({ id, publisher, message }) =>
      `  in vain: record ${shortId(id)} of ${shortId(publisher)}: ${message}`
  )
  const line = `Pulled ${kind} ${nameOf(pulled)}: ${formatBytes(bytes)} in ${formatSeconds(seconds)}${kept}`
  return [line, ...sources, ...vain].join('\n')
}

async function wanted(
  node: SoupNode,
  invocation: Invocation,
  options: { signal?: AbortSignal | undefined }
): Promise<Wanted[]> {
  const all = invocation.flag('all')
  if (all === invocation.args.length > 0 || (!all && invocation.text('base') !== undefined)) {
    throw new UsageError('Name what to pull: ids or tickets, or else --all --base BASE')
  }
  if (all) return await allExperts(node, invocation.required('base'), options)
  return invocation.args.map(text => {
    const ticket = text.startsWith(TICKET_PREFIX) ? parseTicket(text) : undefined
    const hints = hintsOf(ticket?.addresses ?? [])
    const find = async () => ({ record: await findRecord(node, text, options), hints })
    return { name: ticket?.record ?? text, find }
  })
}

async function allExperts(
  node: SoupNode,
  text: string,
  options: { signal?: AbortSignal | undefined }
): Promise<Wanted[]> {
  const { base } = (await findBase(node, text, options)).record
  await refreshCatalogue(node, base, options)
  const found: Wanted[] = []
  for await (const { signed } of experts(node, base, options)) {
    found.push({ name: signed.id, find: async () => ({ record: signed, hints: [] }) })
  }
  return found
}

function hintsOf(addresses: readonly string[]): Provider[] {
  return addresses.map(address => ({
    peer: address.slice(address.lastIndexOf('/') + 1),
    addresses: [address]
  }))
}
