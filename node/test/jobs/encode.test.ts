import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { payloadContents } from '@soup/delta'
import t from 'tap'
import { describeJob } from '../../src/jobs/describe.ts'
import { encodeJob } from '../../src/jobs/encode.ts'
import { withModel } from '../../src/jobs/model.ts'
import { tensors, writeModel } from '../fixtures.ts'

const file = (path: string) => ({ kind: 'file', path }) as const

t.test('encode writes a delta that lists the tensors of the expert', async t => {
  const folder = t.testdir({})
  const base = file(await writeModel(join(folder, 'base')))
  const expert = file(await writeModel(join(folder, 'expert'), tensors(1)))
  const path = join(folder, 'delta')
  const encoded = await encodeJob({ base, expert, path }, {})
  const described = await describeJob({ model: expert }, {})
  const { id, sizeBytes } = described
  t.same(encoded, { id, sizeBytes, codec: 'exact' }, 'no second look is needed')
  const listed = await withModel(
    { kind: 'packed', path },
    async payload => payloadContents(payload).tensors
  )
  t.same(listed, described.tensors)
  t.same((await readdir(folder)).sort(), ['base', 'delta', 'expert'], 'the spool is gone')
})

t.test('an expert that does not fit its base leaves nothing behind', async t => {
  const folder = t.testdir({})
  const base = file(await writeModel(join(folder, 'base')))
  const other = { weight: new Float32Array(64), extra: new Float32Array(8) }
  const expert = file(await writeModel(join(folder, 'expert'), other))
  const job = encodeJob({ base, expert, path: join(folder, 'delta') }, {})
  await t.rejects(job, { code: 'DELTA_MISMATCH', message: expert.path })
  t.same((await readdir(folder)).sort(), ['base', 'expert'])
})

t.test('a delta is never written over another file', async t => {
  const folder = t.testdir({ delta: 'precious' })
  const base = file(await writeModel(join(folder, 'base')))
  const job = encodeJob({ base, expert: base, path: join(folder, 'delta') }, {})
  await t.rejects(job, { code: 'FILE_EXISTS' })
  t.same((await readdir(folder)).sort(), ['base', 'delta'])
})
