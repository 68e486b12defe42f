import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tasks } from '@soup/tasks'
import t from 'tap'
import { shareBase } from '../../src/library/base-add.ts'
import { taskBase } from '../../src/library/task-base.ts'
import type { SoupNode } from '../../src/node.ts'
import { writeModel, writePolicy } from '../fixtures.ts'
import { repo, withNode } from '../run-cli.ts'

const task = tasks.get('locomotion')!

async function add(node: SoupNode, path: string): Promise<string> {
  const fields = { name: 'b', license: undefined, share: true }
  return (await shareBase(node, path, fields, {})).record.base
}

t.test('taskBase() is the only base that fits, whatever else is here', async t => {
  const at = await repo(t)
  await withNode(at, async node => {
    const missing = { code: 'BASE_MISSING', message: 'soup-node base list' }
    await t.rejects(taskBase(node, task, undefined), missing)
    await add(node, await writeModel(join(at.folder, 'other')))
    await t.rejects(taskBase(node, task, undefined), missing)
    const id = await add(node, await writePolicy(join(at.folder, 'policy')))
    const model = { name: `base ${id}`, model: { kind: 'named', model: { kind: 'payload' } } }
    t.match(await taskBase(node, task, undefined), { id, model })
  })
})

t.test('a base that was named and does not fit is called by its id', async t => {
  const at = await repo(t)
  await withNode(at, async node => {
    const id = await add(node, await writeModel(join(at.folder, 'other')))
    await t.rejects(taskBase(node, task, id.slice(0, 16)), {
      code: 'POLICY_MISMATCH',
      message: new RegExp(`^base ${id} is not a policy`)
    })
  })
})

t.test('of several that fit, the caller names one', async t => {
  const at = await repo(t)
  await withNode(at, async node => {
    const one = await add(node, await writePolicy(join(at.folder, 'one'), 1))
    const two = await add(node, await writePolicy(join(at.folder, 'two'), 2))
    const error = await taskBase(node, task, undefined).catch(error => error)
    t.match(error, { code: 'BASE_AMBIGUOUS', message: '--base' })
    t.same(error.details.bases.sort(), [one, two].sort())
    t.match(await taskBase(node, task, two), { id: two })
    t.match(await taskBase(node, task, one.slice(0, 16)), { id: one })
    await t.rejects(taskBase(node, task, 'bafyreibogusbogus'), { code: 'NOT_FOUND' })
  })
})

t.test('a base whose file is gone does not stand in the way of another', async t => {
  const at = await repo(t)
  await withNode(at, async node => {
    const path = await writePolicy(join(at.folder, 'gone'), 1)
    await shareBase(node, path, { name: 'gone', license: undefined, share: false }, {})
    await rm(path)
    const id = await add(node, await writePolicy(join(at.folder, 'here'), 2))
    t.match(await taskBase(node, task, undefined), { id })
  })
})
