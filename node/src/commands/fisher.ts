import { formatBytes } from '../cli/format.ts'
import { UsageError } from '../errors.ts'
import { runJob } from '../jobs/run-job.ts'
import { type Command, callerCommand } from './command.ts'

/** `fisher`: averages squared gradients into a file that `soup --method fisher` takes. */
export const fisher: Command = callerCommand({
  name: 'fisher',
  summary: 'average squared gradients into the Fisher file of an expert, F = Σₙ gₙ² / N',
  args: [
    {
      flags: '<gradient...>',
      summary: "safetensors files, each the gradient of one sample under the model's tensor names"
    }
  ],
  options: [{ flags: '--out <file>', summary: 'the .safetensors file to write' }],
  examples: [
    'soup-node fisher grad-0.safetensors grad-1.safetensors --out risky.fisher.safetensors',
    'soup-node fisher gradients/*.safetensors --out risky.fisher.safetensors'
  ],
  async run(_context, invocation, options) {
    const out = invocation.path(invocation.required('out'))
    const gradients = invocation.args.map(text => invocation.path(text))
    if (gradients.length === 0) throw new UsageError('Name the files of gradients')
    const written = await runJob('fisher', { gradients, path: out }, options)
    const { sha256, sizeBytes, tensorCount } = written
    return { out, sha256, samples: gradients.length, tensors: tensorCount, bytes: sizeBytes }
  },
  render: ({ out, sha256, samples, tensors, bytes }) =>
    `Wrote ${out}: ${tensors} tensors, ${formatBytes(bytes)}, of ${samples} ${samples === 1 ? 'sample' : 'samples'}\n  sha256  ${sha256}`
})
