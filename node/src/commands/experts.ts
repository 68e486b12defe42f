import { formatBytes, listing, shortId, yesNo } from '../cli/format.ts'
import { experts as listExperts } from '../library/holdings.ts'
import { findBase } from '../library/lookup.ts'
import { refreshCatalogue } from '../library/refresh.ts'
import { type Command, nodeCommand } from './command.ts'

/** `experts`: what this node has and what it knows of. */
export const experts: Command = nodeCommand({
  name: 'experts',
  summary: 'list the experts that this node has or knows of',
  options: [
    { flags: '--base <base>', summary: 'only those of this base; follows the base from now on' },
    { flags: '--reward <name>', summary: 'only those fine-tuned on this reward' },
    { flags: '--publisher <peer>', summary: 'only those signed by this peer' }
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
      if (publisher !== undefined && signed.publisher !== publisher) continue
      list.push({
        id: signed.id,
        base: record.base,
        reward: record.reward.name,
        name: record.name,
        publisher: signed.publisher,
        codec: record.codec,
        bytes: record.payload.bytes,
        complete,
        created: new Date(record.created).toISOString()
      })
    }
    return list
  },
  render: list =>
    listing(
      list,
      {
        expert: expert => shortId(expert.id),
        reward: expert => expert.reward,
        name: expert => expert.name ?? '',
        publisher: expert => shortId(expert.publisher),
        delta: expert => formatBytes(expert.bytes),
        here: expert => yesNo(expert.complete)
      },
      'No expert is known yet; name a base with --base to ask the network'
    )
})
