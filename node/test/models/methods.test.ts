import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSink, memoryCheckpoint, openModel, readFloats, writeSafetensors } from '@soup/tensor'
import t, { type Test } from 'tap'
import { SHAPES, writeFolder } from '../folders.ts'
import { addBase, publish, repo } from '../run-cli.ts'

/** What `soup` says. */
interface Soup {
  recipe: string
  sha256: string
}

const TENSOR = 'model.layers.0.q_proj.weight'

const at = await repo(t)
const path = (...names: string[]) => join(at.folder, ...names)
for (const [step, name] of ['base', 'a', 'b', 'c'].entries()) {
  await writeFolder(path(name), { step })
}
const base = await addBase(at, 'base')
const [a, b, c] = [
  await publish(at, 'a', base),
  await publish(at, 'b', base),
  await publish(at, 'c', base)
]

/** The tensor {@link TENSOR} of a folder. */
async function floats(folder: string, tensor = TENSOR): Promise<number[]> {
  const model = await openModel(path(folder))
  const values = [...(await readFloats(model, tensor))]
  await model.close()
  return values
}

/** Writes Fisher information that is the same number everywhere. */
async function writeFisher(name: string, value: number): Promise<string> {
  const tensors = Object.entries(SHAPES).map(([tensor, shape]) => ({
    ...{ name: tensor, dtype: 'F32', shape },
    data: new Float32Array(shape.reduce((x, y) => x * y, 1)).fill(value)
  }))
  await writeSafetensors(memoryCheckpoint({ name, tensors }), await fileSink(path(name)))
  return name
}

/** Cooks with these arguments, rebuilds the soup from its recipe, and compares both. */
async function cook(
  t: Test,
  out: string,
  argv: readonly string[],
  ...also: string[]
): Promise<Soup> {
  const made = await at.json<Soup>('soup', ...argv, ...also, '--out', out)
  const recipe = ['soup', '--recipe', `${out}/recipe.json`]
  const again = await at.json<Soup>(...recipe, ...also, '--out', `${out}-again`)
  t.equal(again.sha256, made.sha256, `${out} is rebuilt`)
  t.equal(again.recipe, made.recipe)
  return made
}

function near(t: Test, got: readonly number[], expected: readonly number[], what: string): void {
  const far = got.findIndex((x, i) => Math.abs(x - expected[i]!) > 1e-5)
  t.equal(far, -1, what)
}

const [zero, x, y, z] = [
  await floats('base'),
  await floats('a'),
  await floats('b'),
  await floats('c')
]

t.test('every method cooks by its name, and its recipe rebuilds the soup', async t => {
  const lambda = [`${a}=0.5`, `${b}=0.25`, `${c}=0.25`]
  await cook(t, 'uniform', [a, b, c, '--method', 'uniform'])
  near(
    t,
    await floats('uniform'),
    x.map((v, i) => (v + y[i]! + z[i]!) / 3),
    'mean'
  )
  await cook(t, 'wise', [`${a}=0.25`, '--method', 'wise'])
  near(
    t,
    await floats('wise'),
    x.map((v, i) => 0.25 * v + 0.75 * zero[i]!),
    'a quarter of the way'
  )
  await cook(t, 'away', [`${a}=-1`, '--method', 'task-arithmetic', '--set', 'scale=0.5'])
  near(
    t,
    await floats('away'),
    x.map((v, i) => 1.5 * zero[i]! - 0.5 * v),
    'half of the change taken away'
  )
  await cook(t, 'median', [a, b, c, '--method', 'median'])
  near(
    t,
    await floats('median'),
    x.map((v, i) => [v, y[i]!, z[i]!].sort((p, q) => p - q)[1]!),
    'median'
  )
  const made = [
    await cook(t, 'trimmed', [a, b, c, '--method', 'trimmed-mean', '--set', 'trim=0.34'])
  ]
  t.equal(
    made[0]!.sha256,
    (await at.json<Soup>('soup', '--recipe', 'median/recipe.json', '--out', 'm')).sha256
  )
  made.push(await cook(t, 'slerp', [`${a}=0.3`, `${b}=0.7`, '--method', 'slerp']))
  made.push(await cook(t, 'ties', [...lambda, '--method', 'ties', '--set', 'density=0.5']))
  for (const method of ['dare-linear', 'dare-ties']) {
    made.push(await cook(t, method, [...lambda, '--method', method, '--set', 'seed=7']))
    made.push(await cook(t, `${method}-8`, [...lambda, '--method', method, '--set', 'seed=8']))
  }
  t.equal(new Set(made.map(({ sha256 }) => sha256)).size, made.length, 'all of them differ')
})

t.test('a recipe holds every setting of its method, given or not', async t => {
  await cook(t, 'settings', [`${a}=0.5`, `${b}=0.5`, '--method', 'ties', '--set', 'density=0.5'])
  const recipe = JSON.parse(await readFile(path('settings/recipe.json'), 'utf8'))
  t.match(recipe, { method: 'ties', parameters: { density: 0.5, scale: 1, normalize: 1 } })
})

t.test('--tensors gives tensors of such names a λ of their own', async t => {
  const argv = [`${a}=1`, `${b}=0`, '--tensors', '*.0.*=0,1', '--tensors', 'model.norm*=0.5,0.5']
  await cook(t, 'by-tensor', argv)
  const layer = 'model.layers.1.q_proj.weight'
  near(t, await floats('by-tensor'), y, 'the first glob')
  near(t, await floats('by-tensor', layer), await floats('a', layer), 'no glob')
  const [p, q] = [await floats('a', 'model.norm.weight'), await floats('b', 'model.norm.weight')]
  near(
    t,
    await floats('by-tensor', 'model.norm.weight'),
    p.map((v, i) => (v + q[i]!) / 2),
    'the second glob'
  )
})

t.test('fisher weighs by the files that are given, which a rebuild needs again', async t => {
  const files = [await writeFisher('f1', 3), await writeFisher('f2', 1)]
  const fisher = files.flatMap(file => ['--fisher', file])
  const argv = [`${a}=0.5`, `${b}=0.5`, '--method', 'fisher']
  await cook(t, 'fisher', argv, ...fisher)
  near(
    t,
    await floats('fisher'),
    x.map((v, i) => 0.75 * v + 0.25 * y[i]!),
    'three to one'
  )
  const again = ['soup', '--recipe', 'fisher/recipe.json', '--out', 'never']
  t.match(await at.fails(...again), { code: 3, error: { code: 'FISHER_MISSING' } })
  t.match(await at.fails(...again, '--fisher', 'f1'), { error: { code: 'FISHER_MISSING' } })
  t.match(await at.fails('soup', ...argv, '--fisher', 'f1', '--out', 'never'), {
    code: 2,
    error: { code: 'SOUP_FISHER' }
  })
  await at.json(
    'soup',
    '--recipe',
    'fisher/recipe.json',
    '--fisher',
    'f2',
    '--fisher',
    'f1',
    '--out',
    'any'
  )
})

t.test('a fisher soup is an ingredient whose files are given again', async t => {
  const files = [await writeFisher('g1', 5), await writeFisher('g2', 5)]
  const fisher = files.flatMap(file => ['--fisher', file])
  const argv = [`${a}=0.5`, `${b}=0.5`, '--method', 'fisher', '--out', 'even']
  t.match(await at.fails('soup', ...argv, '--fisher', 'g1'), { error: { code: 'SOUP_FISHER' } })
  await at.json('soup', ...argv, ...fisher)
  await cook(t, 'of-fisher', ['even/recipe.json=0.5', `${c}=0.5`], ...fisher)
  near(
    t,
    await floats('of-fisher'),
    x.map((v, i) => v / 4 + y[i]! / 4 + z[i]! / 2),
    'half of the mean'
  )
})

t.test('a Fisher file counts for the soup itself and for a recipe in it', async t => {
  const [h1, h2, h3] = [
    await writeFisher('h1', 3),
    await writeFisher('h2', 1),
    await writeFisher('h3', 9)
  ]
  const files = (...names: string[]) => names.flatMap(name => ['--fisher', name])
  const inner = [`${a}=0.5`, `${b}=0.5`, '--method', 'fisher', '--out', 'three-to-one']
  await at.json('soup', ...inner, ...files(h1, h2))
  const outer = [`${a}=0.5`, 'three-to-one/recipe.json=0.5', '--method', 'fisher']
  await cook(t, 'both', outer, ...files(h1, h3, h2))
  near(
    t,
    await floats('both'),
    x.map((v, i) => v / 4 + 0.75 * (0.75 * v + 0.25 * y[i]!)),
    'three to nine'
  )
  await cook(t, 'same-twice', outer, ...files(h1, h1, h2))
  const unused = { code: 2, error: { code: 'USAGE', message: /h3: .*in their order, then/ } }
  t.match(await at.fails('soup', ...outer, ...files(h1, h2, h3), '--out', 'never'), unused)
  const again = ['soup', '--recipe', 'three-to-one/recipe.json', '--out', 'never']
  t.match(await at.fails(...again, ...files(h1, h2, h3)), unused)
})

t.test('a recipe can be an ingredient, and a recipe of recipes is one file', async t => {
  await cook(t, 'inner', [`${a}=0.5`, `${b}=0.5`])
  await cook(t, 'outer', ['inner/recipe.json=0.5', `${c}=0.5`])
  near(
    t,
    await floats('outer'),
    x.map((v, i) => v / 4 + y[i]! / 4 + z[i]! / 2),
    'a soup of a soup'
  )
  const recipe = JSON.parse(await readFile(path('outer/recipe.json'), 'utf8'))
  t.match(recipe.ingredients, [{ lambda: 0.5, recipe: { method: 'linear' } }, { expert: c }])
  await cook(t, 'third', ['outer/recipe.json', 'inner/recipe.json', c, '--method', 'median'])
  await writeFile(path('broken.json'), '{"kind":"recipe"}')
  t.match(await at.fails('soup', 'broken.json=1', '--out', 'never'), {
    code: 1,
    error: { code: 'RECIPE_INVALID', message: /broken\.json/ }
  })
  t.match(await at.fails('soup', 'gone.json=1', '--out', 'never'), {
    code: 3,
    error: { code: 'FILE_NOT_FOUND' }
  })
})

t.test('what a method does not take is refused in one sentence, with exit code 2', async t => {
  const two = [`${a}=0.5`, `${b}=0.5`]
  const cases: [string[], string, RegExp][] = [
    [[...two, '--method', 'stew'], 'SOUP_METHOD', /"stew".*linear/],
    [[...two, '--method', 'median'], 'SOUP_LAMBDA', /median takes no λ/],
    [[a, b, '--method', 'ties'], 'SOUP_LAMBDA', /ties takes a λ of each expert/],
    [[a, b, '--method', 'median', '--extrapolate'], 'SOUP_LAMBDA', /extrapolate/],
    [[`${a}=1.5`, '--method', 'wise'], 'SOUP_LAMBDA', /0 to 1/],
    [[...two, '--method', 'wise'], 'SOUP_EXPERTS', /wise mixes 1/],
    [[`${a}=1`, '--method', 'slerp'], 'SOUP_EXPERTS', /slerp mixes 2/],
    [[...two, '--set', 'density=0.5'], 'SOUP_PARAMETER', /density/],
    [[...two, '--method', 'ties', '--set', 'density=2'], 'SOUP_PARAMETER', /density/],
    [[...two, '--method', 'ties', '--set', 'density'], 'USAGE', /NAME=NUMBER/],
    [[...two, '--method', 'ties', '--set', 'seed=1', '--set', 'seed=2'], 'USAGE', /'seed' twice/],
    [[...two, '--method', 'ties', '--set', 'density=a'], 'USAGE', /NAME=NUMBER/],
    [[...two, '--tensors', '*.mlp.*'], 'USAGE', /GLOB=λ/],
    [[...two, '--tensors', '*.mlp.*=0.5,0.5'], 'SOUP_GLOB', /mlp/],
    [[...two, '--tensors', '*=1'], 'USAGE', /each of the 2 experts.*'\*=1'/],
    [[...two, '--tensors', '*=0.5,0.5', '--method', 'ties'], 'SOUP_LAMBDA', /ties/],
    [[...two, '--method', 'fisher'], 'SOUP_FISHER', /fisher/i],
    [[...two, '--fisher', 'base/model.safetensors'], 'USAGE', /Fisher file .*base\/model\.safet/],
    [[`${a}=2`, '--method', 'task-arithmetic', '--extrapolate'], 'SOUP_LAMBDA', /any λ/],
    [['--recipe', 'x.json', '--method', 'ties'], 'USAGE', /--method/],
    [['--recipe', 'x.json', '--set', 'a=1'], 'USAGE', /--set/],
    [['--recipe', 'x.json', '--tensors', '*=1'], 'USAGE', /--tensors/]
  ]
  for (const [argv, code, message] of cases) {
    const failed = await at.fails('soup', ...argv, '--out', 'never')
    t.match(failed, { code: 2, error: { code, message } }, argv.slice(-3).join(' '))
  }
})
