import { type Task, tasks } from '@soup/tasks'
import { NodeError } from '../errors.ts'

/** @returns the task. @throws NodeError TASK_UNKNOWN listing what exists */
export function findTask(name: string): Task {
  const task = tasks.get(name)
  if (task !== undefined) return task
  const known = [...tasks.keys()].join(', ')
  throw new NodeError('TASK_UNKNOWN', `There is no task '${name}'; this version has: ${known}`, {
    details: { task: name }
  })
}
