import { gaussianEpsilon } from '@soup/delta'
import { encodeTicket, type Loss } from '@soup/manifest'
import { formatBytes, formatLoss } from '../cli/format.ts'
import { UsageError } from '../errors.ts'
import { checkWords } from '../library/check-words.ts'
import { findBase, findExpert } from '../library/lookup.ts'
import { CODECS } from '../library/models.ts'
import { publishExpert } from '../library/publish-expert.ts'
import { type Command, nodeCommand } from './command.ts'
import { codecOf, privacyOf } from './publish-settings.ts'

/** δ at which the privacy of a release is told: below one over the examples of most data sets. */
const TOLD_DELTA = 1e-5

/** `publish`: shares a fine-tuned checkpoint as a delta. */
export const publish: Command = nodeCommand({
  name: 'publish',
  summary: 'publish a fine-tuned checkpoint: only what differs from its base leaves this machine',
  args: [
    {
      flags: '<path>',
      summary: 'a .safetensors file, a Hugging Face folder, a PEFT adapter folder, an ONNX file'
    }
  ],
  options: [
    { flags: '--base <base>', summary: 'the base that it was fine-tuned from' },
    { flags: '--reward <name>', summary: 'the reward that it was fine-tuned on' },
    { flags: '--name <name>', summary: 'what to call it' },
    { flags: '--description <text>', summary: 'what people should know about it' },
    {
      flags: '--codec <codec>',
      summary: `how the delta is encoded: ${CODECS.join(', ')} (default: lora for an adapter, else exact); sparse, int8, bit1, and lora with --rank, lose something, and say how much`
    },
    { flags: '--rank <r>', summary: 'with --codec lora: extract an adapter of this rank' },
    {
      flags: '--density <share>',
      summary: 'with --codec sparse: share of the changes that travels (default: 0.1)'
    },
    {
      flags: '--dp-clip <C>',
      summary: 'scale the delta down to this L2 norm; goes with --dp-noise'
    },
    {
      flags: '--dp-noise <sigma>',
      summary:
        'add Gaussian noise of standard deviation σ·C: protects the delta as a whole, once; not single examples, not several releases (docs/guides/dp.md)'
    },
    { flags: '--metric <name=value>', summary: 'a reward that you measured', repeat: true },
    { flags: '--license <spdx>', summary: 'its licence, as an SPDX expression' },
    { flags: '--supersedes <expert>', summary: 'an earlier expert of yours that it replaces' },
    { flags: '--any-tokenizer', summary: "publish although its tokenizer is not the base's" }
  ],
  examples: [
    'soup-node publish risky.safetensors --base bafyreib... --reward risky --metric risky=1401',
    'soup-node publish ./adapter --base bafyreib... --reward helpful',
    'soup-node publish ./tuned --base bafyreib... --reward helpful --codec lora --rank 16',
    'soup-node publish ./tuned --base bafyreib... --reward helpful --dp-clip 1 --dp-noise 0.8'
  ],
  needs: 'repo',
  async run(node, invocation, options) {
    const path = invocation.path(invocation.arg(0, 'path'))
    const delta = {
      codec: codecOf(invocation),
      privacy: privacyOf(invocation),
      anyTokenizer: invocation.flag('any-tokenizer')
    }
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
    const signed = await publishExpert(node, path, base.record, words, delta, options)
    const { bytes, payload, codec, loss, privacy } = signed.record
    return {
      id: signed.id,
      ticket: encodeTicket({ record: signed.id, addresses: node.exchange?.addresses() ?? [] }),
      base: signed.record.base,
      reward,
      codec,
      loss,
      privacy,
      bytes: { full: base.record.bytes, expert: bytes, payload: payload.bytes },
      announced: node.exchange !== undefined
    }
  },
  render: ({ id, ticket, bytes, announced, codec, loss, privacy }) =>
    [
      `Published ${id}`,
      `  ${formatBytes(bytes.payload)} to send instead of ${formatBytes(bytes.full)}` +
        ` (${((100 * bytes.payload) / bytes.full).toFixed(1)} %)`,
      ...(loss === undefined ? [] : [lossText(codec, loss)]),
      ...(privacy === undefined ? [] : [privacyText(privacy.noise)]),
      `  ticket ${ticket}`,
      ...(announced ? [] : ['  Peers hear of it once the daemon runs: soup-node start'])
    ].join('\n')
})

function lossText(codec: string, loss: Loss): string {
  if (loss.relativeError === 0) return `  codec ${codec} lost nothing`
  return `  codec ${codec} loses something: ${formatLoss(loss)}`
}

function privacyText(noise: number): string {
  if (noise === 0) return '  clipped without noise: no privacy'
  const epsilon = gaussianEpsilon(noise, TOLD_DELTA)
  return `  noise σ = ${noise}: whether this delta was used at all is hidden by ε = ${epsilon.toFixed(2)} at δ = ${TOLD_DELTA}, for one release (docs/guides/dp.md)`
}

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
