import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tensorsId } from '@soup/manifest'
import t from 'tap'
import { describeJob } from '../../src/jobs/describe.ts'
import { runJob } from '../../src/jobs/run-job.ts'
import { findBase } from '../../src/library/lookup.ts'
import { expertModel } from '../../src/library/models.ts'
import { publishExpert } from '../../src/library/publish-expert.ts'
import { kitchen, withNode } from '../run-cli.ts'

const at = await kitchen(t)
const FIELDS = {
  reward: 'r',
  name: undefined,
  description: undefined,
  metrics: undefined,
  license: undefined,
  supersedes: undefined
}

const PLAIN = { codec: undefined, privacy: undefined, anyTokenizer: false }

t.test('publishExpert() signs a record from which the expert comes back', async t => {
  await withNode(at, async node => {
    const path = join(at.folder, 'two.safetensors')
    const { record: base } = await findBase(node, at.base)
    const signed = await publishExpert(node, path, base, FIELDS, PLAIN, {})
    const file = await describeJob({ model: { kind: 'file', path } }, {})
    t.match(signed, {
      publisher: node.peerId,
      record: { base: at.base, result: tensorsId(file.tensors), bytes: file.sizeBytes }
    })
    t.same(await runJob('describe', { model: await expertModel(node, signed) }), file)
    t.same(await readdir(node.repo.temporary), [])
  })
})

t.test('publishExpert() that is aborted keeps no record and no file', async t => {
  await withNode(at, async node => {
    const before = await Array.fromAsync(node.store.records.list(), ({ id }) => id)
    const { record: base } = await findBase(node, at.base)
    const controller = new AbortController()
    const reason = new Error('enough')
    const job = publishExpert(node, join(at.folder, 'one.safetensors'), base, FIELDS, PLAIN, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason)
    })
    await t.rejects(job, reason)
    t.same(await Array.fromAsync(node.store.records.list(), ({ id }) => id), before)
    t.same(await readdir(node.repo.temporary), [])
  })
})
