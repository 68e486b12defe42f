import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { evaluate as command } from '../../src/commands/evaluate.ts'
import { writeModel, writePolicy } from '../fixtures.ts'
import { repo } from '../run-cli.ts'

interface Evaluated {
  sha256: string
  rewards: { name: string; mean: number; stderr: number; n: number }[]
}

const at = await repo(t)
for (const [phase, name] of ['base', 'one', 'two'].entries()) {
  await writePolicy(join(at.folder, `${name}.safetensors`), phase)
}
const base = await at.json<{ id: string }>('base', 'add', 'base.safetensors', '--name', 'b')
const publish = async (name: string) =>
  await at.json<{ id: string }>(
    ...['publish', `${name}.safetensors`, '--base', base.id, '--reward', name]
  )
const [one, two] = [await publish('one'), await publish('two')]
const FAST = ['--seeds', '2', '--workers', '1']

const evaluate = (model: string) =>
  at.json<Evaluated>('evaluate', model, '--task', 'locomotion', ...FAST)

t.test('a file, an expert and a recipe of one model are measured alike', async t => {
  const file = await evaluate('one.safetensors')
  t.match(file, {
    task: 'locomotion',
    sha256: /^[0-9a-f]{64}$/,
    rewards: [
      { name: 'risky', mean: Number, stderr: Number, n: 2, unit: String },
      { name: 'cautious', mean: Number, stderr: Number, n: 2, unit: String }
    ]
  })
  t.same(await evaluate(one.id), file)
  await at.json('soup', `${one.id}=1`, `${two.id}=0`, '--out', 'soup')
  t.same((await evaluate('soup/recipe.json')).rewards, file.rewards)
  t.not((await evaluate(two.id)).sha256, file.sha256)
})

t.test('a recipe whose soup comes out as something else is not measured', async t => {
  await at.json('soup', `${one.id}=0.25`, `${two.id}=0.75`, '--out', 'edited', '--dtype', 'BF16')
  t.match(await evaluate('edited/recipe.json'), { task: 'locomotion' })
  const text = await readFile(join(at.folder, 'edited/recipe.json'), 'utf8')
  const edits = [
    text.replace('0.25', '0.5').replace('0.75', '0.5'),
    text.replace(/"sha256": *"[0-9a-f]+"/, `"sha256":"${'0'.repeat(64)}"`)
  ]
  for (const edit of edits) {
    t.not(edit, text)
    await writeFile(join(at.folder, 'edit.json'), edit)
    t.match(await at.fails('evaluate', 'edit.json', '--task', 'locomotion', ...FAST), {
      code: 4,
      error: { code: 'RECIPE_MISMATCH' }
    })
  }
})

t.test('evaluate takes the Fisher files that a recipe names, and no others', async t => {
  const fisher = ['--fisher', 'one.safetensors', '--fisher', 'two.safetensors']
  const mix = ['soup', `${one.id}=0.5`, `${two.id}=0.5`, '--method', 'fisher', ...fisher]
  const { sha256 } = await at.json<{ sha256: string }>(...mix, '--out', 'fisher')
  const line = ['evaluate', 'fisher/recipe.json', '--task', 'locomotion', ...FAST]
  t.match(await at.fails(...line), { code: 3, error: { code: 'FISHER_MISSING' } })
  t.match(await at.json<Evaluated>(...line, ...fisher), { sha256 })
  t.match(await at.fails(...line, ...fisher, '--fisher', 'base.safetensors'), {
    ...{ code: 2, error: { code: 'USAGE', message: /base\.safetensors/ } }
  })
})

t.test('evaluate and front mix other tokenizers where they are told to', async t => {
  const folders = ['t0', 't1', 't2']
  for (const [phase, name] of folders.entries()) {
    await mkdir(join(at.folder, name))
    await writePolicy(join(at.folder, name, 'model.safetensors'), phase)
    await writeFile(join(at.folder, name, 'config.json'), '{}')
    await writeFile(join(at.folder, name, 'tokenizer.json'), JSON.stringify(name))
  }
  const { id } = await at.json<{ id: string }>('base', 'add', 't0', '--name', 't')
  const publish = (name: string) =>
    at.json<{ id: string }>(...['publish', name, '--base', id, '--reward', 'r', '--any-tokenizer'])
  const [a, b] = [await publish('t1'), await publish('t2')]
  await at.json('soup', `${a.id}=0.5`, `${b.id}=0.5`, '--out', 'told', '--any-tokenizer')
  const task = ['--task', 'locomotion', ...FAST]
  for (const line of [
    ['evaluate', 'told/recipe.json', ...task],
    ['front', a.id, b.id, '--points', '2', '--out', 'told-front', ...task]
  ]) {
    t.match(await at.fails(...line), {
      ...{ error: { code: 'TOKENIZER_DIFFERS', message: /--any-tokenizer/ } }
    })
    await at.json(...line, '--any-tokenizer')
  }
})

t.test('evaluate prints a table with standard errors', async t => {
  const text = command.render({
    rewards: [
      { name: 'risky', mean: 1401.26, stderr: 3, n: 16, unit: 'm' },
      { name: 'cautious', mean: -7, stderr: 0.04, n: 16, unit: 'm' }
    ]
  })
  t.equal(
    text,
    [
      'reward      mean  ± se   n  unit',
      'risky     1401.3   3.0  16  m',
      'cautious    -7.0   0.0  16  m'
    ].join('\n')
  )
})

t.test('evaluate names what it cannot measure, and keeps nothing of it', async t => {
  await writeModel(join(at.folder, 'other.safetensors'))
  const whole = ['base.safetensors', '--task', 'locomotion']
  const cases: [string[], number, string, RegExp][] = [
    [['none.safetensors', '--task', 'locomotion'], 3, 'FILE_NOT_FOUND', /none\.safetensors/],
    [['./none', '--task', 'locomotion'], 3, 'FILE_NOT_FOUND', /none/],
    [['bafyreibogusbogus', '--task', 'locomotion'], 3, 'NOT_FOUND', /bafyreibogusbogus/],
    [
      ['other.safetensors', '--task', 'locomotion'],
      1,
      'POLICY_MISMATCH',
      /other\.safetensors .*"observation/
    ],
    [['repo', '--task', 'locomotion'], 1, 'FORMAT_UNKNOWN', /expected model\.safetensors/],
    [['base.safetensors'], 2, 'USAGE', /--task/],
    [['base.safetensors', '--task', 'chess'], 3, 'TASK_UNKNOWN', /chess/],
    [[...whole, '--seeds', '1'], 2, 'USAGE', /--seeds/],
    [[...whole, '--seeds', '1025'], 2, 'USAGE', /from 2 to 1024/],
    [[...whole, '--workers', '0'], 2, 'USAGE', /--workers/],
    [[...whole, '--any-tokenizer'], 2, 'USAGE', /--any-tokenizer goes with a recipe/],
    [[...whole, '--fisher', 'base.safetensors'], 2, 'USAGE', /--fisher goes with a recipe/]
  ]
  for (const [argv, code, error, message] of cases) {
    const failed = await at.fails('evaluate', ...argv)
    t.match(failed, { code, error: { code: error, message } }, argv.join(' '))
  }
  await writePolicy(join(at.folder, 'nan.safetensors'), Number.NaN)
  t.match(await at.fails('evaluate', 'nan.safetensors', '--task', 'locomotion', ...FAST), {
    error: { code: 'POLICY_NOT_FINITE', message: join(at.folder, 'nan.safetensors') }
  })
  t.same(await readdir(join(at.repo, 'tmp')), [])
})

t.test('what is no policy is called what the caller called it', async t => {
  const { id } = await at.json<{ id: string }>('base', 'add', 'other.safetensors', '--name', 'o')
  const expert = await at.json<{ id: string }>(
    ...['publish', 'other.safetensors', '--base', id, '--reward', 'r']
  )
  await at.json('soup', `${expert.id}=1`, '--out', 'other')
  const recipe = join(at.folder, 'other', 'recipe.json')
  for (const [model, name] of [
    [expert.id.slice(0, 20), `expert ${expert.id}`],
    ['other/recipe.json', recipe],
    ['other.safetensors', join(at.folder, 'other.safetensors')]
  ] as const) {
    const { error } = await at.fails('evaluate', model, '--task', 'locomotion', ...FAST)
    t.match(error, { code: 'POLICY_MISMATCH' })
    t.ok(error.message.startsWith(`${name} is not a policy`), error.message)
  }
})
