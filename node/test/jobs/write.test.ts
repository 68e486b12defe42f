import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeJob } from '../../src/jobs/write.ts'
import { tensors, writeModel, writePolicy } from '../fixtures.ts'

const file = (path: string) => ({ kind: 'file', path }) as const

t.test('write writes one file per model and gives the hash of each', async t => {
  const folder = t.testdir({ out: { 1: {}, 2: {} } })
  const models = []
  for (const step of [1, 2]) {
    const path = await writeModel(join(folder, `${step}`), tensors(step))
    models.push({ model: file(path), folder: join(folder, 'out', `${step}`) })
  }
  const written = await writeJob({ models }, {})
  for (const [i, { path, sha256, sizeBytes, tensorCount }] of written.entries()) {
    const bytes = await readFile(path)
    t.equal(path, join(models[i]!.folder, 'model.safetensors'))
    t.equal(sha256, createHash('sha256').update(bytes).digest('hex'))
    t.equal(sizeBytes, bytes.length)
    t.equal(tensorCount, 2)
    t.ok(bytes.equals(await readFile(models[i]!.model.path)), 'the same tensors, the same bytes')
  }
  t.equal(written.length, 2)
})

t.test('write leaves no part of a file when its model fails midway', async t => {
  const folder = t.testdir({ out: {} })
  const base = file(await writeModel(join(folder, 'base')))
  const values = { ...tensors(), weight: new Float32Array(63) }
  const other = file(await writeModel(join(folder, 'other'), values))
  const model = {
    kind: 'soup',
    base,
    method: 'linear',
    ingredients: [{ name: 'other', lambda: 1, model: other }]
  } as const
  const job = writeJob({ models: [{ model, folder: join(folder, 'out') }] }, {})
  await t.rejects(job, { code: 'SOUP_MISMATCH', message: /other.*"weight"/ })
  t.same(await readdir(join(folder, 'out')), [])
})

t.test('write writes nothing unless all are policies of the task that is named', async t => {
  const folder = t.testdir({ out: {} })
  const policy = file(await writePolicy(join(folder, 'policy')))
  const model = file(await writeModel(join(folder, 'model')))
  const models = [policy, model].map(each => ({ model: each, folder: join(folder, 'out') }))
  const job = writeJob({ models, task: 'locomotion' }, {})
  await t.rejects(job, { code: 'POLICY_MISMATCH', message: model.path })
  t.same(await readdir(join(folder, 'out')), [])
  t.equal((await writeJob({ models: models.slice(0, 1), task: 'locomotion' }, {})).length, 1)
})
