import { type AbortOptions, SoupError } from '@soup/interface'
import type { Task } from '@soup/tasks'
import { NodeError } from '../errors.ts'
import type { NamedSpec } from '../jobs/model.ts'
import { runJob } from '../jobs/run-job.ts'
import type { SoupNode } from '../node.ts'
import { bases } from './holdings.ts'
import { findBase } from './lookup.ts'
import { baseModel } from './models.ts'

/**
 * The base to fine-tune: the one that was named, else the only one here that fits the task.
 *
 * @throws NodeError BASE_MISSING when none fits, BASE_AMBIGUOUS when several do; InferenceError POLICY_MISMATCH
 *   when that which was named does not
 */
export async function taskBase(
  node: SoupNode,
  task: Task,
  named: string | undefined,
  options?: AbortOptions
): Promise<{ id: string; model: NamedSpec }> {
  if (named !== undefined) {
    const { base } = (await findBase(node, named, options)).record
    const model = await namedBase(node, base, options)
    await check(task, model, options)
    return { id: base, model }
  }
  const fitting = new Map<string, NamedSpec>()
  for await (const { signed, complete } of bases(node, options)) {
    const { base } = signed.record
    if (!complete || fitting.has(base)) continue
    const model = await namedBase(node, base, options)
    if (await fits(task, model, options)) fitting.set(base, model)
  }
  const [only, ...others] = fitting
  if (only === undefined) throw noBase(task)
  if (others.length > 0) throw severalBases(task, [...fitting.keys()])
  return { id: only[0], model: only[1] }
}

async function namedBase(node: SoupNode, base: string, options?: AbortOptions): Promise<NamedSpec> {
  return { kind: 'named', name: `base ${base}`, model: await baseModel(node, base, options) }
}

async function fits(task: Task, model: NamedSpec, options?: AbortOptions): Promise<boolean> {
  try {
    await check(task, model, options)
    return true
  } catch (error) {
    if (error instanceof SoupError && error.code === 'POLICY_MISMATCH') return false
    throw error
  }
}

/** In a worker thread: a base's header may come from a stranger and take seconds to parse. */
async function check(task: Task, model: NamedSpec, options?: AbortOptions): Promise<void> {
  await runJob('open', { models: [model], task: task.name }, options)
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
