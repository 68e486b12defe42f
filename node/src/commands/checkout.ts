import { isLossyCodec } from '@soup/delta'
import type { ExpertRecord, Loss, SignedRecord } from '@soup/manifest'
import { formatBytes, formatLoss } from '../cli/format.ts'
import { NodeError } from '../errors.ts'
import { runJob } from '../jobs/run-job.ts'
import { findExpert } from '../library/lookup.ts'
import { expertModel } from '../library/models.ts'
import { intoFolder } from '../library/output.ts'
import { rememberVerified } from '../library/verified-experts.ts'
import { type Command, nodeCommand } from './command.ts'

/** `checkout`: writes an expert as its publisher had it. */
export const checkout: Command = nodeCommand({
  name: 'checkout',
  summary:
    'write an expert itself, bit for bit, from its base and its delta; all that is written is hashed',
  args: [{ flags: '<expert>', summary: 'id of the expert' }],
  options: [
    { flags: '--out <dir>', summary: 'the folder to make, in the form of the expert' },
    { flags: '--lossy', summary: 'accept an expert whose delta is only like what was published' }
  ],
  examples: ['soup-node checkout bafyreig... --out ./risky'],
  needs: 'repo',
  async run(node, invocation, options) {
    const out = invocation.path(invocation.required('out'))
    const expert = await findExpert(node, invocation.arg(0, 'expert'), options)
    if (!invocation.flag('lossy')) refuseLoss(expert)
    // Hashed each time: what was right before may have been changed on the disk since.
    const model = { ...(await expertModel(node, expert, options)), isVerified: false }
    return await intoFolder(out, async folder => {
      const [written] = await runJob('write', { models: [{ model, folder }] }, options)
      await rememberVerified(node, [expert.id])
      const { fileNames, sha256, sizeBytes, tensorCount } = written!
      const { loss } = expert.record
      return {
        ...{ id: expert.id, out, files: fileNames, sha256 },
        ...{ bytes: sizeBytes, tensors: tensorCount, loss }
      }
    })
  },
  render: ({ out, files, bytes, tensors, loss }) =>
    `Wrote ${out}/${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ''}: ${tensors} tensors, ${formatBytes(bytes)}, ${verdict(loss)}`
})

function verdict(loss: Loss | undefined): string {
  if (loss === undefined) return 'verified bit for bit'
  if (loss.relativeError === 0) return "nothing lost, by its publisher's account"
  return `not bit for bit: ${formatLoss(loss)}`
}

function refuseLoss({ id, record: { codec, loss } }: SignedRecord<ExpertRecord>): void {
  if (loss === undefined && !isLossyCodec(codec)) return
  const much = loss === undefined ? 'its publisher does not say how much' : formatLoss(loss)
  const message = `Expert ${id} was published with the codec ${codec}, which is lossy (${much}): take it with --lossy`
  throw new NodeError('EXPERT_LOSSY', message, { details: { id, codec, loss } })
}
