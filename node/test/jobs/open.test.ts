import { join } from 'node:path'
import t from 'tap'
import type { ModelSpec } from '../../src/jobs/model.ts'
import { openJob } from '../../src/jobs/open.ts'
import { writeHeader, writeModel, writePolicy } from '../fixtures.ts'

const file = (path: string): ModelSpec => ({ kind: 'file', path })

t.test('open passes what can be read, and names the file whose header is wrong', async t => {
  const folder = t.testdir({})
  const right = file(await writeModel(join(folder, 'right')))
  const plain = { fileNames: [], isPlain: true }
  t.same(await openJob({ models: [right, right] }, {}), [plain, plain])
  const wrong = writeHeader(join(folder, 'wrong'), '{"x":1}')
  const models = [right, file(wrong)]
  await t.rejects(openJob({ models }, {}), { code: 'SAFETENSORS_INVALID', message: wrong })
})

t.test('open passes policies of a task alone, by the names that they are given', async t => {
  const folder = t.testdir({})
  const task = 'locomotion'
  const policy = file(await writePolicy(join(folder, 'policy')))
  t.equal((await openJob({ models: [policy], task }, {})).length, 1)
  const model: ModelSpec = file(await writeModel(join(folder, 'model')))
  await t.rejects(openJob({ models: [policy, { kind: 'named', name: 'mine', model }], task }, {}), {
    code: 'POLICY_MISMATCH',
    message: /^mine is not a policy/
  })
  await t.rejects(openJob({ models: [policy], task: 'chess' }, {}), { code: 'TASK_UNKNOWN' })
})
