import { join } from 'node:path'
import t from 'tap'
import { checkJob } from '../../src/jobs/check.ts'
import { encodeJob } from '../../src/jobs/encode.ts'
import { tensors, writeModel } from '../fixtures.ts'

const file = (path: string) => ({ kind: 'file', path }) as const

t.test('check passes a delta that leads where its record says, and no other file', async t => {
  const folder = t.testdir({})
  const base = file(await writeModel(join(folder, 'base')))
  const expert = file(await writeModel(join(folder, 'expert'), tensors(1)))
  const delta = { kind: 'packed', path: join(folder, 'delta') } as const
  const { id: result, codec } = await encodeJob({ base, expert, path: delta.path }, {})
  t.equal(await checkJob({ id: 'e', result, codec, delta }, {}), undefined)
  await t.rejects(checkJob({ id: 'e', result: 'bafyother', codec, delta }, {}), {
    code: 'EXPERT_MISMATCH',
    details: { id: 'e', expected: 'bafyother', got: result }
  })
  await t.rejects(checkJob({ id: 'e', result, codec: 'sparse', delta }, {}), {
    code: 'EXPERT_MISMATCH',
    message: /coded as exact\/2, the record says sparse/
  })
  const noDelta = { kind: 'packed', path: expert.path } as const
  await t.rejects(checkJob({ id: 'e', result, codec, delta: noDelta }, {}), {
    code: 'DELTA_INVALID'
  })
})
