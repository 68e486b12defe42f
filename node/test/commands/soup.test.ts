import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseRecipe, recipeId } from '@soup/manifest'
import { fileSource, openSafetensors, readFloats } from '@soup/tensor'
import { signedBase, signedExpert } from '@soup/testing'
import t from 'tap'
import { tensors, writeModel } from '../fixtures.ts'
import { carry, kitchen, repo, withNode } from '../run-cli.ts'

interface Soup {
  recipe: string
  out: string
  sha256: string
  bytes: number
}

const at = await kitchen(t)
const { one, two } = at
const path = (...names: string[]) => join(at.folder, ...names)

async function weight(folder: string): Promise<number[]> {
  const model = await openSafetensors(await fileSource(path(folder, 'model.safetensors')))
  const values = [...(await readFloats(model, 'weight'))]
  await model.close()
  return values
}

t.test('soup mixes experts and writes the recipe beside the model', async t => {
  const made = await at.json<Soup>('soup', `${one}=0.25`, `${two}=.75`, '--out', 'mix')
  const bytes = await readFile(path('mix', 'model.safetensors'))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  t.match(made, { out: path('mix'), sha256, tensors: 2, bytes: bytes.length, seconds: Number })
  const recipe = parseRecipe(await readFile(path('mix', 'recipe.json'), 'utf8'))
  t.equal(recipeId(recipe), made.recipe)
  t.match(recipe, {
    base: at.base,
    method: 'linear',
    sha256,
    ingredients: [
      { expert: one, lambda: 0.25 },
      { expert: two, lambda: 0.75 }
    ]
  })
  t.same((await readdir(path('mix'))).sort(), ['model.safetensors', 'recipe.json'])
  t.same(await weight('mix'), [...tensors(1.75).weight])
})

t.test('a recipe rebuilds its soup bit for bit, under the same id', async t => {
  const first = await at.json<Soup>('soup', `${one}=0.3`, `${two}=0.7`, '--out', 'first')
  const again = await at.json<Soup>('soup', '--recipe', 'first/recipe.json', '--out', 'again')
  t.equal(again.sha256, first.sha256)
  t.equal(again.recipe, first.recipe)
})

t.test('a soup that differs from its recipe is not kept', async t => {
  await at.json('soup', `${one}=1`, '--out', 'single')
  const recipe = JSON.parse(await readFile(path('single', 'recipe.json'), 'utf8'))
  await writeFile(path('forged.json'), JSON.stringify({ ...recipe, sha256: '0'.repeat(64) }))
  t.match(await at.fails('soup', '--recipe', 'forged.json', '--out', 'forged'), {
    code: 4,
    error: { code: 'RECIPE_MISMATCH', details: { expected: '0'.repeat(64) } }
  })
  t.notOk((await readdir(at.folder)).some(name => name.startsWith('forged.partial')))
  t.notOk((await readdir(at.folder)).includes('forged'))
})

t.test('soup writes the dtype that it is asked for', async t => {
  await at.json('soup', `${one}=1`, '--out', 'half', '--dtype', 'BF16')
  const model = await openSafetensors(await fileSource(path('half', 'model.safetensors')))
  t.equal(model.tensors.get('weight')?.dtype, 'BF16')
  await model.close()
})

t.test('--extrapolate allows λ off the simplex', async t => {
  await at.json('soup', `${one}=-1`, `${two}=2`, '--extrapolate', '--out', 'beyond')
  t.same(await weight('beyond'), [...tensors(3).weight])
  await at.json('soup', `${one}=0.5`, '--extrapolate', '--out', 'half-way')
  t.same(await weight('half-way'), [...tensors(0.5).weight])
})

t.test('what is wrong is said in one sentence, and no folder is made', async t => {
  await writeFile(path('file'), '')
  await writeFile(path('bad.json'), '{')
  const before = (await readdir(at.folder)).sort()
  const cases: [string[], number, string, RegExp][] = [
    [[], 2, 'USAGE', /EXPERT=λ/],
    [[`${one}`], 2, 'SOUP_LAMBDA', /linear takes a λ of each expert/],
    [[`${one}=`], 2, 'USAGE', /is no ingredient/],
    [[`${one}=half`], 2, 'USAGE', /λ a number/],
    [[`${one}=0x1`], 2, 'USAGE', /λ a number/],
    [[`${one}=NaN`], 2, 'USAGE', /λ a number/],
    [[`${one}=1e999`], 2, 'USAGE', /λ a number/],
    [['=0.7'], 2, 'USAGE', /such as EXPERT=0\.5/],
    [[`${one}=0.5`], 2, 'SOUP_LAMBDA', /sum to 0\.5.*extrapolate/],
    [[`${one}=0.6`, `${two}=0.6`], 2, 'SOUP_LAMBDA', /sum to 1\.2/],
    [[`${one}=-1`, `${two}=2`], 2, 'SOUP_LAMBDA', /coefficient 1 is -1/],
    [[`${at.base}=1`], 2, 'NOT_AN_EXPERT', /is a base, not an expert/],
    [['bafyreibogusbogus=1'], 3, 'NOT_FOUND', /bafyreibogusbogus/],
    [[`${one}=1`, '--dtype', 'I8'], 2, 'USAGE', /I8/],
    [[`${one}=1`, '--recipe', 'bad.json'], 2, 'USAGE', /not both/],
    [['--recipe', 'bad.json', '--dtype', 'F16'], 2, 'USAGE', /the recipe says/i],
    [['--recipe', 'bad.json', '--extrapolate'], 2, 'USAGE', /the recipe says/i],
    [[`${one}=0.5`, `${one}=0.5`], 2, 'USAGE', /given twice/],
    [['--recipe', 'bad.json'], 1, 'RECIPE_INVALID', /bad\.json: .*JSON/],
    [['--recipe', 'none.json'], 3, 'FILE_NOT_FOUND', /none\.json/],
    [['--recipe', '.'], 1, 'FILE_FAILED', /regular file/]
  ]
  for (const [argv, code, error, message] of cases) {
    const failed = await at.fails('soup', ...argv, '--out', 'never')
    t.match(failed, { code, error: { code: error, message } }, argv.join(' '))
  }
  t.match(await at.fails('soup', `${one}=1`), { code: 2, error: { message: '--out' } })
  t.match(await at.fails('soup', `${one}=1`, '--out', 'file'), {
    code: 1,
    error: { code: 'OUT_EXISTS', message: path('file') }
  })
  t.same((await readdir(at.folder)).sort(), before)
})

t.test('an expert whose base is not here says how to get the base', async t => {
  const other = await repo(t)
  await carry(at, other, one)
  t.match(await other.fails('soup', `${one}=1`, '--out', 'never'), {
    code: 3,
    error: {
      code: 'BASE_MISSING',
      message: `soup-node pull ${at.base}`,
      details: { base: at.base }
    }
  })
  t.same(await readdir(other.folder), ['repo'])
  await writeModel(join(other.folder, 'b.safetensors'))
  await other.json('base', 'add', 'b.safetensors', '--name', 'b')
  const [there, here] = [
    await other.json<Soup>('soup', `${one}=1`, '--out', 's'),
    await at.json<Soup>('soup', `${one}=1`, '--out', 'compare')
  ]
  t.equal(there.sha256, here.sha256)
  t.equal(there.recipe, here.recipe)
})

t.test('experts of different bases are not mixed', async t => {
  const foreign = await signedExpert(1, (await signedBase(1)).record.base)
  await withNode(at, async ({ store }) => {
    const { id, kind, base, envelope } = foreign
    await store.records.put({ id, kind, base, envelope })
  })
  const mix = [`${one}=0.5`, `${foreign.id}=0.5`, '--out', 'never']
  t.match(await at.fails('soup', ...mix), {
    code: 2,
    error: { code: 'BASES_DIFFER', message: new RegExp(`${at.base}.*${foreign.record.base}`) }
  })
})
