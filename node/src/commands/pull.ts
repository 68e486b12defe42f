import type { Provider } from '@soup/exchange'
import { parseTicket, type SignedRecord, TICKET_PREFIX } from '@soup/manifest'
import { formatBytes, formatSeconds, shortId } from '../cli/format.ts'
import { UsageError } from '../errors.ts'
import { experts } from '../library/holdings.ts'
import { findBase, findRecord } from '../library/lookup.ts'
import { type PullReport, pullRecord } from '../library/pull.ts'
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
    const pulled: Pulled[] = []
    const failures: unknown[] = []
    for (const { record, hints } of await wanted(node, invocation, options)) {
      try {
        const report = await pullRecord(node, record, hints, options)
        pulled.push({ ...report, base: record.base })
      } catch (error) {
        // Anybody can publish an expert that cannot be pulled: the others must come all the same.
        options.signal?.throwIfAborted()
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return pulled
  },
  render: pulled =>
    pulled.length === 0
      ? 'Nothing to pull: no expert of this base is known yet, here or to the peers (see soup-node peers)'
      : pulled.map(renderOne).join('\n')
})

interface Pulled extends PullReport {
  /** The base that was pulled, or that the expert is over. */
  base: string | undefined
}

function renderOne({ id, kind, base, bytes, seconds, providers, resumedBytes }: Pulled): string {
  const kept = resumedBytes > 0 ? `, ${formatBytes(resumedBytes)} were here already` : ''
  const named = kind === 'base' ? base : id // what other commands take
  const sources = providers.map(({ peer, bytes: sent, rejected }) => {
    const bad = rejected > 0 ? `, ${rejected} chunks rejected` : ''
    return `  ${formatBytes(sent)} from ${shortId(peer)}${bad}`
  })
  const line = `Pulled ${kind} ${named}: ${formatBytes(bytes)} in ${formatSeconds(seconds)}${kept}`
  return [line, ...sources].join('\n')
}

interface Wanted {
  record: SignedRecord
  hints: Provider[]
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
  const found: Wanted[] = []
  for (const text of invocation.args) {
    found.push({ record: await findRecord(node, text, options), hints: hintsOf(text) })
  }
  return found
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
    found.push({ record: signed, hints: [] })
  }
  return found
}

function hintsOf(text: string): Provider[] {
  if (!text.startsWith(TICKET_PREFIX)) return []
  return parseTicket(text).addresses.map(address => ({
    peer: address.slice(address.lastIndexOf('/') + 1),
    addresses: [address]
  }))
}
