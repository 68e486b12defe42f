import { parseMix } from '@soup/reward'
import { fileSink, writeSafetensors } from '@soup/tensor'
import { formatSeconds } from '../cli/format.ts'
import { withModel } from '../jobs/model.ts'
import { findTask } from '../library/find-task.ts'
import { taskBase } from '../library/task-base.ts'
import { type Command, nodeCommand } from './command.ts'
import { MAX_WORKERS } from './limits.ts'

/** `finetune`: makes an expert with this machine's own data and processors. */
export const finetune: Command = nodeCommand({
  name: 'finetune',
  summary: 'fine-tune the base on a private reward; the expert stays on this machine',
  args: [{ flags: '<task>', summary: 'name of the task (see soup-node tasks)' }],
  options: [
    { flags: '--reward <mix>', summary: 'a reward, or a mix such as risky=0.5,cautious=0.5' },
    { flags: '--out <path>', summary: 'the .safetensors file to write' },
    { flags: '--base <base>', summary: "which base, when several fit the task's shape" },
    { flags: '--seed <n>', summary: 'same seed, same expert (default: 0)' },
    { flags: '--iterations <n>', summary: "steps of the optimiser (default: the task's)" },
    { flags: '--workers <n>', summary: 'threads to use (default: one per core)' }
  ],
  examples: [
    'soup-node finetune locomotion --reward risky --out risky.safetensors',
    'soup-node finetune locomotion --reward risky=0.5,cautious=0.5 --out morl.safetensors --seed 7'
  ],
  needs: 'repo',
  async run(node, invocation, options) {
    const task = findTask(invocation.arg(0, 'task'))
    const mix = parseMix(invocation.required('reward'), task.rewards)
    const out = invocation.path(invocation.required('out'))
    const seed = invocation.integer('seed', 0, 2 ** 32 - 1) ?? 0
    const settings = {
      seed,
      iterations: invocation.integer('iterations', 1, 1_000_000),
      workers: invocation.integer('workers', 1, MAX_WORKERS)
    }
    const began = performance.now()
    const base = await taskBase(node, task, invocation.text('base'), options)
    const sink = await fileSink(out)
    const written = await withModel(
      base.model,
      async checkpoint => {
        const expert = await task.finetune(checkpoint, mix, { ...settings, ...options })
        return await writeSafetensors(expert, sink, options)
      },
      options
    ).catch(async (error: unknown) => {
      await sink.discard()
      throw error
    })
    return {
      task: task.name,
      base: base.id,
      reward: invocation.required('reward'),
      seed,
      out,
      bytes: written.sizeBytes,
      sha256: written.sha256,
      seconds: (performance.now() - began) / 1_000
    }
  },
  render: ({ out, reward, seconds, base }) =>
    `Wrote ${out}: fine-tuned on ${reward} in ${formatSeconds(seconds)}\n` +
    `Publish it with: soup-node publish ${out} --base ${base} --reward ${reward.includes('=') ? 'NAME' : reward}`
})
