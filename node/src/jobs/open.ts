import type { ProgressOptions } from '@soup/interface'
import type { Task } from '@soup/tasks'
import { type ModelSpec, withModel } from './model.ts'

/**
 * Checks models by their headers alone: that they can be read and, where a task is named, that they are policies
 * of it.
 *
 * @param task a task's name
 * @throws TensorError, DeltaError or SoupError naming what does not fit; InferenceError POLICY_MISMATCH
 */
export async function openJob(
  { models, task }: { models: readonly ModelSpec[]; task?: string | undefined },
  options: ProgressOptions
): Promise<void> {
  const found = task === undefined ? undefined : await taskOf(task)
  for (const model of models) {
    await withModel(model, async checkpoint => found?.checkPolicy(checkpoint), options)
  }
}

/** Tasks bring ONNX Runtime and MuJoCo along, which other jobs need not load. */
async function taskOf(name: string): Promise<Task> {
  const { findTask } = await import('../library/find-task.ts')
  return findTask(name)
}
