import { join } from 'node:path'
import { memorySpool } from '@soup/tensor'
import t from 'tap'
import { withModel } from '../../src/jobs/model.ts'
import { asExpert, openAdapterSoup } from '../../src/jobs/open-adapter-soup.ts'
import type { SoupSpec } from '../../src/jobs/open-soup.ts'
import { writeAdapter, writeFolder } from '../folders.ts'

const file = (path: string) => ({ kind: 'file', path }) as const
const folder = t.testdir({})
const base = file(await writeFolder(join(folder, 'base')))
const adapter = file(await writeAdapter(join(folder, 'adapter'), 1))
const spec: SoupSpec = { kind: 'soup', base, method: 'product', ingredients: [] }

t.test('a soup of adapters is one, with the configuration of the first', async t => {
  await withModel(base, weights =>
    withModel(adapter, async model => {
      const ingredients = [
        { name: 'a', lambda: 0.5, model },
        { name: 'b', lambda: 0.5, model }
      ]
      const product = await openAdapterSoup(spec, weights, ingredients)
      t.match(product, { layout: { kind: 'adapter' }, relativeError: undefined })
      const text = Buffer.from(await product.files.get('adapter_config.json')!.read()).toString()
      t.match(JSON.parse(text), { r: 4, base_model_name_or_path: 'org/tiny' })
      const cut = { ...spec, parameters: { rank: 1 } }
      await t.rejects(openAdapterSoup(cut, weights, ingredients), RangeError)
      const spool = memorySpool()
      t.ok((await openAdapterSoup(cut, weights, ingredients, { spool })).relativeError! > 0)
    })
  )
})

t.test('a whole model, and settings that no adapter takes, are refused', async t => {
  await withModel(base, weights =>
    withModel(adapter, async model => {
      const open = (more: Partial<SoupSpec>, ...models: (typeof model)[]) => {
        const list = models.map((each, i) => ({ name: `e${i}`, lambda: 1, model: each }))
        return openAdapterSoup({ ...spec, ...more }, weights, list)
      }
      await t.rejects(open({}, weights), { code: 'SOUP_ADAPTERS', message: /e0 is a whole model/ })
      const fisher = [{ kind: 'named', name: 'f', model: base }] as const
      await t.rejects(open({ fisher }, model), { code: 'SOUP_FISHER' })
      await t.rejects(open({}, ...Array(129).fill(model)), { code: 'SOUP_EXPERTS' })
    })
  )
})

t.test('asExpert() takes a model as an adapter or as what it stores', async t => {
  await withModel(adapter, async model => {
    const ingredient = { name: 'a', lambda: 1, model }
    t.match(await asExpert(ingredient, true), { name: 'a', adapter: { modules: { length: 2 } } })
    t.match(await asExpert(ingredient, false), { lambda: 1, checkpoint: model })
  })
})
