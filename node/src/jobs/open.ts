import type { ProgressOptions } from '@soup/interface'
import type { Task } from '@soup/tasks'
import { modelFileNames } from '@soup/tensor'
import { type ModelSpec, withModel } from './model.ts'

/** What the headers of a model say. */
export interface OpenedModel {
  /** The files that make it, as paths from its folder; empty for a safetensors file alone. */
  fileNames: string[]
  /** Whether it is one safetensors file by itself. */
  isPlain: boolean
}

/**
 * Checks models by their headers alone: that they can be read and, where a task is named, that they are policies
 * of it.
 *
 * @param task a task's name
 * @throws TensorError, DeltaError or SoupBuildError naming what does not fit; InferenceError POLICY_MISMATCH
 */
export async function openJob(
  { models, task }: { models: readonly ModelSpec[]; task?: string | undefined },
  options: ProgressOptions
): Promise<OpenedModel[]> {
  const found = task === undefined ? undefined : await taskOf(task)
  const opened: OpenedModel[] = []
  for (const spec of models) {
    await withModel(
      spec,
      async model => {
        found?.checkPolicy(model)
        opened.push({ fileNames: modelFileNames(model), isPlain: model.layout.kind === 'file' })
      },
      options
    )
  }
  return opened
}

/** Tasks bring ONNX Runtime and MuJoCo along, which other jobs need not load. */
async function taskOf(name: string): Promise<Task> {
  const { findTask } = await import('../library/find-task.ts')
  return findTask(name)
}
