import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Task, tasks } from '@soup/tasks'
import { readFloats } from '@soup/tensor'
import t from 'tap'
import type { NamedSpec } from '../../src/jobs/model.ts'
import { measure } from '../../src/library/measure.ts'
import { writeModel, writePolicy } from '../fixtures.ts'
import { repo, withNode } from '../run-cli.ts'

/** A task that rewards a policy by its first bias. */
const task: Task = {
  ...tasks.get('locomotion')!,
  evaluate: async (policies, { seeds = 0 } = {}) =>
    await Promise.all(
      policies.map(async policy => {
        const [mean = Number.NaN] = await readFloats(policy, 'layers.0.bias')
        return [{ mean, stderr: 0, n: seeds }]
      })
    )
}

const file = (path: string): NamedSpec => {
  return { kind: 'named', name: `model ${path}`, model: { kind: 'file', path } }
}

t.test('measure() builds every model once and gives its hash and rewards in order', async t => {
  const at = await repo(t)
  const paths: string[] = []
  for (const step of [3, 1, 2]) {
    paths.push(await writePolicy(join(at.folder, `${step}.safetensors`), step))
  }
  const models = paths.map(path => file(path))
  await withNode(at, async node => {
    const measured = await measure(node, task, models, { seeds: 5, workers: 1 })
    t.same(
      measured.map(({ rewards }) => rewards),
      [3, 1, 2].map(step => [{ mean: Math.fround(0.3 * Math.sin(step)), stderr: 0, n: 5 }])
    )
    for (const [i, { sha256 }] of measured.entries()) {
      const bytes = await readFile(paths[i]!)
      t.equal(sha256, createHash('sha256').update(bytes).digest('hex'))
    }
    t.same(await readdir(node.repo.temporary), [])
  })
})

t.test('a model that is no policy is named before anything is built', async t => {
  const at = await repo(t)
  const path = await writeModel(join(at.folder, 'm.safetensors'))
  await withNode(at, async node => {
    const models = [file(await writePolicy(`${path}.policy`)), file(path)]
    const onProgress = (): void => void t.fail('something was built')
    const options = { seeds: 2, workers: 1, onProgress }
    const measured = measure(node, tasks.get('locomotion')!, models, options)
    const message = new RegExp(`^model ${path} is not a policy`)
    await t.rejects(measured, { code: 'POLICY_MISMATCH', message })
  })
})

t.test('whatever fails, nothing of the models is left', async t => {
  const at = await repo(t)
  const path = await writePolicy(join(at.folder, 'm.safetensors'))
  await withNode(at, async node => {
    const failing: Task = { ...task, evaluate: () => Promise.reject(new Error('no')) }
    const options = { seeds: 2, workers: 1 }
    await t.rejects(measure(node, failing, [file(path)], options), { message: 'no' })
    t.same(await readdir(node.repo.temporary), [])
  })
})

t.test('what only the values of a model show is told by its name too', async t => {
  const at = await repo(t)
  const path = await writePolicy(join(at.folder, 'nan.safetensors'), Number.NaN)
  await withNode(at, async node => {
    const measured = measure(node, tasks.get('locomotion')!, [file(path)], { seeds: 2, workers: 1 })
    await t.rejects(measured, { code: 'POLICY_NOT_FINITE', message: `model ${path}: ` })
  })
})
