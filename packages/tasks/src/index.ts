/**
 * The paper's experiments: each task has a base, rewards, an evaluation and a trainer.
 *
 * @packageDocumentation
 */
import { locomotion } from './locomotion/task.ts'
import type { Task } from './task.ts'

export { TaskError, type TaskErrorCode } from './errors.ts'
export { pretrain as pretrainLocomotion } from './locomotion/pretrain.ts'
export type { EvaluateOptions, FinetuneOptions, Task, TaskOptions } from './task.ts'

/** Every task by its name. */
export const tasks: ReadonlyMap<string, Task> = new Map([[locomotion.name, locomotion]])
