import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Invocation, type OptionValue } from '../../src/commands/invocation.ts'
import {
  draftOf,
  fisherFiles,
  pathsByHash,
  refuseSettings,
  refuseUnusedFisher
} from '../../src/commands/soup-draft.ts'
import { kitchen, withNode } from '../run-cli.ts'

const at = await kitchen(t)
const { one, two, folder } = at

const asked = (args: string[], options: Record<string, OptionValue> = {}) =>
  new Invocation({ args, options, cwd: folder })

const draft = (args: string[], options: Record<string, OptionValue> = {}) =>
  withNode(at, node => draftOf(node, asked(args, options), [], {}))

t.test('draftOf() writes the recipe that the command line asks for', async t => {
  const options = { method: 'ties', set: ['density=0.5', 'scale=-1e0'], dtype: 'BF16' }
  t.match(await draft([`${one.slice(0, 20)}=.25`, `${two}=-0`], options), {
    base: at.base,
    method: 'ties',
    parameters: { density: 0.5, scale: -1, normalize: 1 },
    dtype: 'BF16',
    ingredients: [
      { expert: one, lambda: 0.25 },
      { expert: two, lambda: 0 }
    ]
  })
  const [{ lambda }] = (await draft([`${one}=-0`])).ingredients as [{ lambda: number }]
  t.equal(Object.is(lambda, 0), true, 'a recipe has no −0')
  const { ingredients } = await draft([one, two], { method: 'median' })
  t.same(ingredients, [{ expert: one }, { expert: two }])
})

t.test('a glob may hold what a pattern may, and comes with a λ for each expert', async t => {
  const tensors = ['*.mlp.*=0.2,0.8', 'a=b=1,0']
  const { tensorLambda } = await draft([`${one}=1`, `${two}=0`], { tensors })
  t.same(tensorLambda, [
    { glob: '*.mlp.*', lambda: [0.2, 0.8] },
    { glob: 'a=b', lambda: [1, 0] }
  ])
})

t.test('a recipe file is an ingredient by its path, seen from the caller', async t => {
  await at.json('soup', `${one}=1`, '--out', 'out')
  await at.json('soup', `${one}=1`, '--out', 'a=b')
  for (const path of ['a=b/recipe.json', 'a=b/recipe.json=1']) await draft([path])
  const [first] = (await draft(['out/recipe.json=1'])).ingredients
  t.match(first, { lambda: 1, recipe: { kind: 'recipe', ingredients: [{ expert: one }] } })
})

t.test('draftOf() refuses what is no ingredient and no setting', async t => {
  await t.rejects(draft([]), { code: 'USAGE', message: /EXPERT=λ/ })
  for (const text of [`${one}=`, `${one}=x`, `${one}=0x1`, '=1', `${one}=1e999`, `${one}=1/2`]) {
    await t.rejects(draft([text]), { code: 'USAGE', message: /is no ingredient/ }, text)
  }
  for (const set of ['density', '=1', 'density=', 'Density=1', 'density=1e999']) {
    await t.rejects(draft([`${one}=1`], { set: [set] }), { code: 'USAGE', message: /--set/ }, set)
  }
  for (const glob of ['*', '*=', '=1', '*=1,', '*=1e999']) {
    const made = draft([`${one}=1`], { tensors: [glob] })
    await t.rejects(made, { code: 'USAGE', message: /--tensors/ }, glob)
  }
})

t.test('a path that is not published yet is told apart from an unknown id', async t => {
  await mkdir(join(folder, 'helpful'))
  await mkdir(join(folder, 'helpful-and-long'))
  for (const path of ['./helpful', 'helpful', 'helpful-and-long', './helpful/model.safetensors']) {
    await t.rejects(draft([`${path}=1`]), {
      code: 'USAGE',
      message: `${path} is a path, and experts are mixed by their ids: publish it first, with soup-node publish ${path} --base BASE --reward NAME`
    })
  }
  await t.rejects(draft(['bafyreibogusbogus=1']), { code: 'NOT_FOUND' })
})

t.test('fisherFiles() hashes files in their order', async t => {
  const files = ['two', 'one'].map(text => ({
    path: join(folder, text),
    sha256: createHash('sha256').update(text).digest('hex')
  }))
  for (const { path } of files) await writeFile(path, path.slice(-3))
  t.same(await fisherFiles(asked([], { fisher: ['two', 'one'] }), {}), files)
  t.same(await fisherFiles(asked([]), {}), [])
})

/** A Fisher file of this name whose hash is its name's. */
const fisherFile = (name: string) => ({
  path: name,
  sha256: createHash('sha256').update(name).digest('hex')
})

t.test('draftOf() takes the first Fisher files for the ingredients, each of its own', async t => {
  const files = ['f', 'f', 'g'].map(fisherFile)
  const mix = (given: typeof files, method?: string) =>
    withNode(at, node => {
      const options = method === undefined ? {} : { method }
      return draftOf(node, asked([`${one}=0.5`, `${two}=0.5`], options), given, {})
    })
  const { fisher } = await mix(files.slice(0, 2), 'fisher')
  t.same(fisher, [files[0]!.sha256, files[0]!.sha256])
  await t.rejects(mix(files, 'fisher'), { code: 'USAGE', message: /Fisher file g:/ })
  await t.rejects(mix(files), { code: 'USAGE', message: /Fisher file f:/ })
  await t.rejects(mix(files.slice(0, 1), 'fisher'), {
    code: 'SOUP_FISHER',
    details: { expected: 2, got: 1 }
  })
})

t.test('refuseUnusedFisher() looks into recipes of a recipe', async t => {
  const recipe = { kind: 'recipe', v: 1, base: at.base, method: 'linear' } as const
  const [f, g, h] = ['f', 'g', 'h'].map(fisherFile)
  const inner = { ...recipe, ingredients: [], fisher: [f!.sha256], sha256: '' }
  const outer = { ...recipe, ingredients: [{ recipe: inner }], fisher: [g!.sha256] }
  t.doesNotThrow(() => refuseUnusedFisher(outer, [f!, g!]))
  t.throws(() => refuseUnusedFisher(outer, [f!, h!]), { code: 'USAGE', message: /Fisher file h:/ })
  t.same(pathsByHash([f!]), new Map([[f!.sha256, 'f']]))
})

t.test('refuseSettings() names what a recipe says itself', async t => {
  t.doesNotThrow(() => refuseSettings(asked([], { fisher: ['f'], out: 'o' })))
  t.throws(() => refuseSettings(asked([`${one}=1`])), { message: /not both/ })
  for (const [name, value] of Object.entries({
    ...{ dtype: 'F16', method: 'ties', set: ['a=1'], tensors: ['*=1'], extrapolate: true }
  })) {
    t.throws(() => refuseSettings(asked([], { [name]: value })), {
      code: 'USAGE',
      message: `--${name}`
    })
  }
})
