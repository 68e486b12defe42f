import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import type { RewardStats } from '@soup/reward'
import type { Task } from '@soup/tasks'
import type { Checkpoint } from '@soup/tensor'
import { type ModelSpec, openModel } from '../jobs/model.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { temporaryPath } from './output.ts'

/** How models are measured. */
export interface MeasureOptions extends ProgressOptions {
  /** Fixed episode seeds per model. */
  seeds: number | undefined
  workers: number | undefined
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
 * @returns one result per model, in order
 */
export async function measure(
  node: SoupNode,
  task: Task,
  models: readonly ModelSpec[],
  options: MeasureOptions
): Promise<Measured[]> {
  const folder = temporaryPath(node.repo.temporary, '.measure')
  await mkdir(folder)
  try {
    const files = models.map((model, i) => ({ model, path: join(folder, `${i}.safetensors`) }))
    const written = await runJob('write', { models: files }, options)
    const paths = written.map(({ path }) => path)
    const rewards = await evaluateFiles(task, paths, options)
    return written.map(({ sha256 }, i) => ({ sha256, rewards: rewards[i]! }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function evaluateFiles(
  task: Task,
  paths: readonly string[],
  options: MeasureOptions
): Promise<RewardStats[][]> {
  const open = await Promise.all(paths.map(path => openModel({ kind: 'file', path }, options)))
  try {
    const policies: Checkpoint[] = open.map(({ checkpoint }) => checkpoint)
    for (const policy of policies) task.checkPolicy(policy)
    return await task.evaluate(policies, options)
  } finally {
    await Promise.all(open.map(model => model.close()))
  }
}
