import { join } from 'node:path'
import { formatBytes } from '../cli/format.ts'
import { runJob } from '../jobs/run-job.ts'
import { findExpert } from '../library/lookup.ts'
import { expertModel } from '../library/models.ts'
import { intoFolder } from '../library/output.ts'
import { type Command, nodeCommand } from './command.ts'

/** Name of the checkpoint in an output folder. */
export const MODEL_FILE = 'model.safetensors'

/** `checkout`: writes an expert as its publisher had it. */
export const checkout: Command = nodeCommand({
  name: 'checkout',
  summary: 'write an expert itself, bit for bit, from its base and its delta',
  args: [{ flags: '<expert>', summary: 'id of the expert' }],
  options: [{ flags: '--out <dir>', summary: 'the folder to make' }],
  examples: ['soup-node checkout bafyreig... --out ./risky'],
  needs: 'repo',
  async run(node, invocation, options) {
    const out = invocation.path(invocation.required('out'))
    const expert = await findExpert(node, invocation.arg(0, 'expert'), options)
    const model = await expertModel(node, expert, options)
    return await intoFolder(out, async folder => {
      const path = join(folder, MODEL_FILE)
      const [written] = await runJob('write', { models: [{ model, path }] }, options)
      const { sha256, sizeBytes, tensorCount } = written!
      return { id: expert.id, out, sha256, bytes: sizeBytes, tensors: tensorCount }
    })
  },
  render: ({ out, bytes, tensors }) =>
    `Wrote ${out}/${MODEL_FILE}: ${tensors} tensors, ${formatBytes(bytes)}, verified bit for bit`
})
