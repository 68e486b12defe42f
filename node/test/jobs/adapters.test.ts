import { join } from 'node:path'
import { parseAdapterConfig, readAdapter } from '@soup/tensor'
import t from 'tap'
import { adapterFiles, isAdapterOver } from '../../src/jobs/adapters.ts'
import { withModel } from '../../src/jobs/model.ts'
import { writeAdapter, writeFolder } from '../folders.ts'

const file = (path: string) => ({ kind: 'file', path }) as const
const folder = t.testdir({})
const base = file(await writeFolder(join(folder, 'base')))
const adapter = file(await writeAdapter(join(folder, 'adapter'), 1, 3))

t.test(
  'adapterFiles() writes the configuration of an adapter, with words of a template',
  async t => {
    await withModel(adapter, async model => {
      const computed = await readAdapter(model)
      const read = async (files: Awaited<ReturnType<typeof adapterFiles>>) => {
        t.same([...files.keys()], ['adapter_config.json'])
        return await files.get('adapter_config.json')!.read()
      }
      const plain = await read(await adapterFiles(computed))
      t.match(parseAdapterConfig(plain), { rank: 3, alpha: 6 })
      t.match(JSON.parse(Buffer.from(plain).toString()), { base_model_name_or_path: null })
      const like = await read(await adapterFiles(computed, model))
      t.match(JSON.parse(Buffer.from(like).toString()), { base_model_name_or_path: 'org/tiny' })
    })
  }
)

t.test('isAdapterOver() tells an adapter over weights from a fine-tune of an adapter', async t => {
  await withModel(base, weights =>
    withModel(adapter, async model => {
      t.equal(isAdapterOver(weights, model), true)
      t.equal(isAdapterOver(model, model), false)
      t.equal(isAdapterOver(weights, weights), false)
    })
  )
})
