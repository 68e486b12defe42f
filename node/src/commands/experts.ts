import type { AbortOptions } from '@soup/interface'
import { formatBytes, formatCodec, listing, shortId, yesNo } from '../cli/format.ts'
import { experts as listExperts } from '../library/holdings.ts'
import { findBase } from '../library/lookup.ts'
import { refreshCatalogue } from '../library/refresh.ts'
import type { SoupNode } from '../node.ts'
import { type Command, nodeCommand } from './command.ts'
import type { Invocation } from './invocation.ts'

/** `experts`: what this node has and what it knows of. */
export const experts: Command = nodeCommand({
  name: 'experts',
  summary: 'list the experts that this node has or knows of',
  options: [
    { flags: '--base <base>', summary: 'only those of this base; follows the base from now on' },
    { flags: '--reward <name>', summary: 'only those fine-tuned on this reward' },
    {
      flags: '--publisher <peer>',
      summary: 'only those signed by this peer (or the beginning of it)'
    }
  ],
  examples: ['soup-node experts', 'soup-node experts --base bafyreib... --reward risky'],
  needs: 'repo',
  async run(node, invocation, options) {
    const wanted = invocation.text('base')
    const base = wanted && (await findBase(node, wanted, options)).record.base
    const reward = invocation.text('reward')
    const publisher = invocation.text('publisher')
    await refreshCatalogue(node, base, options)
    const list = []
    for await (const { signed, complete } of listExperts(node, base, options)) {
      const { record } = signed
      if (reward !== undefined && record.reward.name !== reward) continue
      if (publisher !== undefined && !signed.publisher.startsWith(publisher)) continue
      list.push({
        id: signed.id,
        base: record.base,
        reward: record.reward.name,
        name: record.name,
        publisher: signed.publisher,
        codec: record.codec,
        loss: record.loss,
        privacy: record.privacy,
        bytes: record.payload.bytes,
        complete,
        created: new Date(record.created).toISOString()
      })
    }
    return { list, none: list.length > 0 ? '' : await whyNone(node, invocation, options) }
  },
  toJson: ({ list }) => list,
  render: ({ list, none }) =>
    listing(
      list,
      {
        expert: expert => shortId(expert.id),
        reward: expert => expert.reward,
        name: expert => expert.name ?? '',
        publisher: expert => shortId(expert.publisher),
        codec: formatCodec,
        delta: expert => formatBytes(expert.bytes),
        here: expert => yesNo(expert.complete)
      },
      none
    )
})

/** A filter that nothing passes is another matter than a node that knows nothing. */
async function whyNone(
  { store, exchange }: SoupNode,
  invocation: Invocation,
  options: AbortOptions
): Promise<string> {
  let known = 0
  for await (const _ of store.records.list({ kind: 'expert' }, options)) known += 1
  const filters = ['base', 'reward', 'publisher']
    .filter(name => invocation.text(name) !== undefined)
    .map(name => `--${name} ${invocation.text(name)}`)
  if (known > 0 && filters.length > 0) {
    return `No expert matches ${filters.join(' and ')} (known: ${known}); list all with: soup-node experts`
  }
  if (invocation.text('base') === undefined) {
    return 'No expert is known yet; name a base with --base to ask the network'
  }
  return exchange === undefined
    ? 'No expert is known yet; start the daemon to ask the network: soup-node start'
    : 'No expert is known yet; connect to a peer that knows some: soup-node connect ADDRESS'
}
