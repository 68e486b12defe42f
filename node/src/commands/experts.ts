import { formatBytes, shortId, table } from '../cli/format.ts'
import { experts as listExperts } from '../library/holdings.ts'
import { findBase, findRecord } from '../library/lookup.ts'
import { holdsPayload } from '../library/models.ts'
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
  render(list) {
    if (list.length === 0)
      return 'No expert is known yet; name a base with --base to ask the network'
    return table(
      ['expert', 'reward', 'name', 'publisher', 'delta', 'here'],
      list.map(expert => [
        shortId(expert.id),
        expert.reward,
        expert.name ?? '',
        shortId(expert.publisher),
        formatBytes(expert.bytes),
        expert.complete ? 'yes' : 'no'
      ])
    )
  }
})

/** `show`: everything a record says. */
export const show: Command = nodeCommand({
  name: 'show',
  summary: 'show what a record says: a base, an expert, anything by its id or ticket',
  args: [{ flags: '<id>', summary: 'an id, the beginning of one, or a ticket' }],
  examples: ['soup-node show bafyreig...'],
  needs: 'repo',
  async run(node, invocation, options) {
    const signed = await findRecord(node, invocation.arg(0, 'id'), options)
    const { id, kind, publisher, record } = signed
    return { id, kind, publisher, record, complete: await holdsPayload(node, signed, options) }
  },
  render({ id, kind, publisher, record, complete }) {
    const fields = Object.entries(record)
      .filter(([key, value]) => value !== undefined && !['kind', 'v', 'tensors'].includes(key))
      .map(([key, value]) => [key, fieldText(key, value)])
    return table(
      [kind, id],
      [['publisher', publisher], ...fields, ['payload here', complete ? 'yes' : 'no']]
    )
  }
})

function fieldText(key: string, value: unknown): string {
  // A record of a kind that is not known may claim any number.
  const date = key === 'created' && typeof value === 'number' ? new Date(value) : undefined
  if (date !== undefined && !Number.isNaN(date.getTime())) return date.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
