import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AbortOptions, ProgressOptions } from '@soup/interface'
import type { RewardStats } from '@soup/reward'
import type { Task } from '@soup/tasks'
import type { Checkpoint } from '@soup/tensor'
import { type ModelSpec, type OpenModel, openModel, withModel } from '../jobs/model.ts'
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
  const names: string[] = []
  for (const model of models) names.push(await checkedName(task, model, options))
  const folder = temporaryPath(node.repo.temporary, '.measure')
  await mkdir(folder)
  try {
    const files = models.map((model, i) => ({ model, path: join(folder, `${i}.safetensors`) }))
    const written = await runJob('write', { models: files }, options)
    const rewards = await evaluateFiles(task, written, names, options)
    return written.map(({ sha256 }, i) => ({ sha256, rewards: rewards[i]! }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Checks a model before it is built. @returns what errors call it: the caller's file, not a temporary one */
async function checkedName(task: Task, model: ModelSpec, options: AbortOptions): Promise<string> {
  const check = async (checkpoint: Checkpoint): Promise<string> => {
    task.checkPolicy(checkpoint)
    return checkpoint.name
  }
  return await withModel(model, check, options)
}

async function evaluateFiles(
  task: Task,
  files: readonly { path: string }[],
  names: readonly string[],
  options: MeasureOptions
): Promise<RewardStats[][]> {
  const open: OpenModel[] = []
  try {
    for (const { path } of files) open.push(await openModel({ kind: 'file', path }, options))
    const policies = open.map(({ checkpoint }, i) => renamed(checkpoint, names[i]!))
    return await task.evaluate(policies, options)
  } finally {
    await Promise.all(open.map(model => model.close()))
  }
}

/** The same checkpoint under another name, whatever it is made of; closing it closes the first. */
function renamed(checkpoint: Checkpoint, name: string): Checkpoint {
  const { metadata, tensors } = checkpoint
  return {
    name,
    metadata,
    tensors,
    read: (tensor, options) => checkpoint.read(tensor, options),
    close: () => checkpoint.close()
  }
}
