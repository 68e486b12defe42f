import { encodeTicket } from '@soup/manifest'
import { formatBytes } from '../cli/format.ts'
import { UsageError } from '../errors.ts'
import { checkWords } from '../library/check-words.ts'
import { findBase, findExpert } from '../library/lookup.ts'
import { publishExpert } from '../library/publish-expert.ts'
import { type Command, nodeCommand } from './command.ts'

/** `publish`: shares a fine-tuned checkpoint as a delta. */
export const publish: Command = nodeCommand({
  name: 'publish',
  summary: 'publish a fine-tuned checkpoint: only what differs from its base leaves this machine',
  args: [{ flags: '<path>', summary: 'the fine-tuned .safetensors file' }],
  options: [
    { flags: '--base <base>', summary: 'the base that it was fine-tuned from' },
    { flags: '--reward <name>', summary: 'the reward that it was fine-tuned on' },
    { flags: '--name <name>', summary: 'what to call it' },
    { flags: '--description <text>', summary: 'what people should know about it' },
    { flags: '--codec <codec>', summary: 'how the delta is encoded: exact (the only one so far)' },
    { flags: '--metric <name=value>', summary: 'a reward that you measured', repeat: true },
    { flags: '--license <spdx>', summary: 'its licence, as an SPDX expression' },
    { flags: '--supersedes <expert>', summary: 'an earlier expert of yours that it replaces' }
  ],
  examples: [
    'soup-node publish risky.safetensors --base bafyreib... --reward risky --metric risky=1401'
  ],
  needs: 'repo',
  async run(node, invocation, options) {
    const path = invocation.path(invocation.arg(0, 'path'))
    const codec = invocation.text('codec') ?? 'exact'
    if (codec !== 'exact') throw new UsageError(`Option --codec knows only 'exact', got '${codec}'`)
    const supersedes = invocation.text('supersedes')
    const reward = invocation.required('reward')
    const base = await findBase(node, invocation.required('base'), options)
    const words = {
      reward,
      name: invocation.text('name'),
      description: invocation.text('description'),
      metrics: metrics(invocation.list('metric')),
      license: invocation.text('license'),
      supersedes: supersedes && (await findExpert(node, supersedes, options)).id
    }
    await checkWords(node, words)
    const signed = await publishExpert(node, path, base.record, words, options)
    const { bytes, payload } = signed.record
    return {
      id: signed.id,
      ticket: encodeTicket({ record: signed.id, addresses: node.exchange?.addresses() ?? [] }),
      base: signed.record.base,
      reward,
      codec,
      bytes: { full: bytes, payload: payload.bytes },
      announced: node.exchange !== undefined
    }
  },
  render: ({ id, ticket, bytes, announced }) =>
    [
      `Published ${id}`,
      `  ${formatBytes(bytes.payload)} to send instead of ${formatBytes(bytes.full)}` +
        ` (${((100 * bytes.payload) / bytes.full).toFixed(1)} %)`,
      `  ticket ${ticket}`,
      ...(announced ? [] : ['  Peers hear of it once the daemon runs: soup-node start'])
    ].join('\n')
})

function metrics(texts: readonly string[]): Record<string, number> | undefined {
  if (texts.length === 0) return undefined
  const pairs = texts.map((text): [string, number] => {
    const [, name, value] = /^([^=]+)=([-+\d.eE]+)$/.exec(text) ?? []
    if (name !== undefined && Number.isFinite(Number(value))) return [name, Number(value)]
    throw new UsageError(`Option --metric wants NAME=NUMBER, got '${text}'`)
  })
  const names = pairs.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new UsageError(`Option --metric names '${twice}' twice`)
  return Object.fromEntries(pairs)
}
