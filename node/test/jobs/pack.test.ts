import { join } from 'node:path'
import t from 'tap'
import { identifyJob } from '../../src/jobs/describe.ts'
import { withModel } from '../../src/jobs/model.ts'
import { packJob } from '../../src/jobs/pack.ts'
import { writeFolder } from '../folders.ts'

t.test('pack puts a folder and its files into one file, and leaves its code behind', async t => {
  const folder = t.testdir({})
  const model = { kind: 'file', path: await writeFolder(join(folder, 'm'), { shards: 2 }) } as const
  const packed = { kind: 'packed', path: join(folder, 'packed') } as const
  await packJob({ model, path: packed.path }, {})
  t.equal(await identifyJob({ model: packed }, {}), await identifyJob({ model }, {}))
  await withModel(packed, async ({ layout, files }) => {
    t.match(layout, { kind: 'folder', shards: { length: 2 } })
    t.same([...files.keys()], ['config.json', 'generation_config.json', 'tokenizer.json'])
    await withModel(model, async original => {
      for (const [name, file] of files) {
        t.same(await file.read(), await original.files.get(name)!.read(), name)
      }
    })
  })
})

t.test('pack never writes over another file', async t => {
  const folder = t.testdir({ packed: 'precious' })
  const model = { kind: 'file', path: await writeFolder(join(folder, 'm')) } as const
  const job = packJob({ model, path: join(folder, 'packed') }, {})
  await t.rejects(job, { code: 'FILE_EXISTS' })
})
