import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import type { RewardStats } from '@soup/reward'
import type { Task } from '@soup/tasks'
import type { Checkpoint } from '@soup/tensor'
import { type NamedSpec, openCheckpoint } from '../jobs/model.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { temporaryPath } from './output.ts'

/** How models are measured. */
export interface MeasureOptions extends ProgressOptions {
  /** Fixed episode seeds per model. */
  seeds: number | undefined
  workers: number | undefined
  /** Called with each model's SHA-256 before anything is measured; what it throws ends it. */
  check?: ((sha256: readonly string[]) => void) | undefined
}

/** A model that was written to a file and measured. */
export interface Measured {
  /** SHA-256 of the model as one safetensors file. */
  sha256: string
  /** One per reward of the task. */
  rewards: RewardStats[]
}

/**
 * Builds each model in a worker thread and measures all of them on the task's same fixed seeds.
 *
 * @param models by the names that errors call them, rather than by those of temporary files
 * @returns one result per model, in order
 * @throws InferenceError POLICY_MISMATCH when one is no policy of the task, before anything is built
 */
export async function measure(
  node: SoupNode,
  task: Task,
  models: readonly NamedSpec[],
  options: MeasureOptions
): Promise<Measured[]> {
  const folder = temporaryPath(node.repo.temporary, '.measure')
  await mkdir(folder)
  try {
    const folders = models.map((_, i) => join(folder, String(i)))
    await Promise.all(folders.map(each => mkdir(each)))
    const files = models.map((model, i) => ({ model, folder: folders[i]! }))
    const written = await runJob('write', { models: files, task: task.name }, options)
    options.check?.(written.map(({ sha256 }) => sha256))
    const built = written.map(({ path }, i): NamedSpec => {
      return { ...models[i]!, model: { kind: 'file', path } }
    })
    const rewards = await evaluate(task, built, options)
    return written.map(({ sha256 }, i) => ({ sha256, rewards: rewards[i]! }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Their headers are those of the task's policies by now: small, so that they need no worker thread. */
async function evaluate(
  task: Task,
  models: readonly NamedSpec[],
  options: MeasureOptions
): Promise<RewardStats[][]> {
  const open: Checkpoint[] = []
  try {
    for (const model of models) open.push(await openCheckpoint(model, options))
    return await task.evaluate(open, options)
  } finally {
    await Promise.all(open.map(model => model.close()))
  }
}
