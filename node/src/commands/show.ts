import { table, yesNo } from '../cli/format.ts'
import { findRecord } from '../library/lookup.ts'
import { holdsPayload } from '../library/models.ts'
import { type Command, nodeCommand } from './command.ts'

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
      [['publisher', publisher], ...fields, ['payload here', yesNo(complete)]]
    )
  }
})

function fieldText(key: string, value: unknown): string {
  // A record of a kind that is not known may claim any number.
  const date = key === 'created' && typeof value === 'number' ? new Date(value) : undefined
  if (date !== undefined && !Number.isNaN(date.getTime())) return date.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
