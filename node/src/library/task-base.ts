import type { AbortOptions } from '@soup/interface'
import type { Task } from '@soup/tasks'
import { NodeError } from '../errors.ts'
import { type ModelSpec, withModel } from '../jobs/model.ts'
import type { SoupNode } from '../node.ts'
import { bases } from './holdings.ts'
import { findBase } from './lookup.ts'
import { baseModel } from './models.ts'

/**
 * The base to fine-tune: the one that was named, else the only one here that fits the task.
 *
 * @throws NodeError BASE_MISSING when none fits, BASE_AMBIGUOUS when several do
 */
export async function taskBase(
  node: SoupNode,
  task: Task,
  named: string | undefined,
  options?: AbortOptions
): Promise<{ id: string; model: ModelSpec }> {
  if (named !== undefined) {
    const { base } = (await findBase(node, named, options)).record
    return { id: base, model: await baseModel(node, base, options) }
  }
  const fitting = new Map<string, ModelSpec>()
  for await (const { signed, complete } of bases(node, options)) {
    const { base } = signed.record
    if (!complete || fitting.has(base)) continue
    const model = await baseModel(node, base, options)
    if (await fits(task, model, options)) fitting.set(base, model)
  }
  const [only, ...others] = fitting
  if (only === undefined) throw noBase(task)
  if (others.length > 0) throw severalBases(task, [...fitting.keys()])
  return { id: only[0], model: only[1] }
}

async function fits(task: Task, model: ModelSpec, options?: AbortOptions): Promise<boolean> {
  return await withModel(
    model,
    async checkpoint => {
      try {
        task.checkPolicy(checkpoint)
        return true
      } catch (error) {
        if ((error as { code?: unknown }).code === 'POLICY_MISMATCH') return false
        throw error
      }
    },
    options
  )
}

function noBase(task: Task): NodeError {
  const message =
    `This node has no base for the task ${task.name}; list what peers share with` +
    ' soup-node base list and get one with soup-node pull BASE'
  return new NodeError('BASE_MISSING', message, { details: { task: task.name } })
}

function severalBases(task: Task, ids: string[]): NodeError {
  const message = `${ids.length} bases fit the task ${task.name} (${ids.join(', ')}); choose with --base`
  return new NodeError('BASE_AMBIGUOUS', message, { details: { task: task.name, bases: ids } })
}
