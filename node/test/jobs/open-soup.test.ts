import { join } from 'node:path'
import { readFloats } from '@soup/tensor'
import t from 'tap'
import { withModel } from '../../src/jobs/model.ts'
import type { SoupSpec } from '../../src/jobs/open-soup.ts'
import { writeAdapter, writeFolder, writeOnnx } from '../folders.ts'

const file = (path: string) => ({ kind: 'file', path }) as const
const folder = t.testdir({})
const path = (name: string) => join(folder, name)
const base = file(await writeFolder(path('base'), { shards: 2 }))
const one = file(await writeFolder(path('one'), { step: 1 }))
const adapter = file(await writeAdapter(path('adapter'), 1))
const other = file(await writeAdapter(path('other'), 2))

const mix = (ingredients: SoupSpec['ingredients'], more: Partial<SoupSpec> = {}): SoupSpec => ({
  ...{ kind: 'soup', base, method: 'linear', ingredients },
  ...more
})

t.test('a soup has the form and the files of its base', async t => {
  await withModel(mix([{ name: 'one', lambda: 1, model: one }]), async soup => {
    t.match(soup.layout, { kind: 'folder', shards: { length: 2 } })
    t.same([...soup.files.keys()], ['config.json', 'generation_config.json', 'tokenizer.json'])
    const expected = await withModel(one, model => readFloats(model, 'model.norm.weight'))
    t.same(await readFloats(soup, 'model.norm.weight'), expected)
  })
})

t.test('a soup of a soup is what its ingredients make', async t => {
  const half = mix([{ name: 'one', lambda: 0.5, model: one }], { extrapolate: true })
  const twice = mix([{ name: 'half', lambda: 2, model: half }], { extrapolate: true })
  const [got, expected] = [
    await withModel(twice, model => readFloats(model, 'model.norm.weight')),
    await withModel(one, model => readFloats(model, 'model.norm.weight'))
  ]
  t.ok(got.every((x, i) => Math.abs(x - expected[i]!) < 1e-6))
})

t.test('a method of adapters gives an adapter, any other the whole model', async t => {
  const ingredients = [
    { name: 'adapter', lambda: 0.5, model: adapter },
    { name: 'other', lambda: 0.5, model: other }
  ]
  for (const [method, kind] of [
    ['product', 'adapter'],
    ['factors', 'adapter'],
    ['linear', 'folder']
  ] as const) {
    await withModel(mix(ingredients, { method }), async ({ layout }) => {
      t.equal(layout.kind, kind, method)
    })
  }
})

t.test('adapters over BF16 are not rounded before they are mixed', async t => {
  const narrow = file(await writeFolder(path('narrow'), { dtype: 'BF16' }))
  const models = [adapter, other].map((model, i) => ({ name: `e${i}`, model }))
  const weighted = models.map(each => ({ ...each, lambda: 0.5 }))
  const read = (spec: SoupSpec) =>
    withModel(spec, model => readFloats(model, 'model.layers.0.q_proj.weight'))
  const expected = await read(mix(weighted, { base: narrow }))
  const others: [string, SoupSpec['ingredients'], Partial<SoupSpec>?][] = [
    ['uniform', models],
    ['task-arithmetic', weighted],
    ['linear', weighted, { tensorLambda: [{ glob: '*q_proj*', lambda: [0.5, 0.5] }] }]
  ]
  for (const [method, ingredients, more] of others) {
    t.same(await read(mix(ingredients, { base: narrow, method, ...more })), expected, method)
  }
  const near = await read(mix(models, { base: narrow, method: 'median' }))
  t.ok(near.every((x, i) => Math.abs(x - expected[i]!) <= Math.abs(x) / 128))
})

t.test('what does not fit is refused before anything is read', async t => {
  const foreign = file(await writeFolder(path('foreign'), { tokenizer: 'foreign' }))
  const [graph, differs] = [
    file(await writeOnnx(path('a.onnx'), 0)),
    file(await writeOnnx(path('b.onnx'), 0, 'Mul'))
  ]
  const cases: [SoupSpec, string][] = [
    [mix([{ name: 'f', lambda: 1, model: foreign }]), 'TOKENIZER_DIFFERS'],
    [mix([{ name: 'g', lambda: 1, model: differs }], { base: graph }), 'GRAPH_DIFFERS'],
    [mix([{ name: 'o', model: one }]), 'SOUP_LAMBDA'],
    [mix([{ name: 'a', model: adapter }], { extrapolate: true }), 'SOUP_LAMBDA'],
    [mix([{ name: 'o', lambda: 1, model: one }], { method: 'product' }), 'SOUP_ADAPTERS'],
    [mix([{ name: 'o', lambda: 1, model: one }], { method: 'stew' }), 'SOUP_METHOD']
  ]
  for (const [spec, code] of cases) {
    await t.rejects(
      withModel(spec, async () => undefined),
      { code },
      code
    )
  }
})
