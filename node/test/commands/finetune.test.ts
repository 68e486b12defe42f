import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writePolicy } from '../fixtures.ts'
import { repo } from '../run-cli.ts'

interface Finetuned {
  base: string
  sha256: string
  bytes: number
  seconds: number
}

const at = await repo(t)
await writePolicy(join(at.folder, 'base.safetensors'))
const FAST = ['--iterations', '1', '--workers', '1']

t.test('finetune needs a base, and says how to get one', async t => {
  const argv = ['finetune', 'locomotion', '--reward', 'risky', '--out', 'x.safetensors']
  t.match(await at.fails(...argv, ...FAST), {
    code: 3,
    error: { code: 'BASE_MISSING', message: 'soup-node pull BASE' }
  })
})

t.test('finetune makes an expert of the only base that fits: same seed, same expert', async t => {
  const { id } = await at.json<{ id: string }>(
    ...['base', 'add', 'base.safetensors', '--name', 'runner', '--share']
  )
  const run = (out: string, seed: string) =>
    at.json<Finetuned>(
      ...['finetune', 'locomotion', '--reward', 'risky=0.5,cautious=0.5'],
      ...['--out', out, '--seed', seed, ...FAST]
    )
  const made = await run('seven.safetensors', '7')
  const out = join(at.folder, 'seven.safetensors')
  const { size } = await stat(out)
  t.match(made, { task: 'locomotion', base: id, seed: 7, out, bytes: size, seconds: Number })
  t.equal((await run('again.safetensors', '7')).sha256, made.sha256)
  t.not((await run('eight.safetensors', '8')).sha256, made.sha256)
})

t.test('finetune names what is wrong, and leaves no file behind', async t => {
  const before = (await readdir(at.folder)).sort()
  const whole = ['locomotion', '--reward', 'risky', '--out', 'x.safetensors']
  const cases: [string[], number, string, RegExp][] = [
    [['chess', '--reward', 'risky', '--out', 'x'], 3, 'TASK_UNKNOWN', /chess/],
    [['locomotion', '--out', 'x'], 2, 'USAGE', /--reward/],
    [['locomotion', '--reward', 'risky'], 2, 'USAGE', /--out/],
    [['locomotion', '--reward', 'brave', '--out', 'x'], 2, 'REWARD_UNKNOWN', /brave/],
    [['locomotion', '--reward', 'risky=0.5', '--out', 'x'], 2, 'MIX_INVALID', /1/],
    [[...whole, '--seed', '-1'], 2, 'USAGE', /--seed/],
    [[...whole, '--iterations', '0'], 2, 'USAGE', /--iterations/],
    [[...whole, '--workers', 'many'], 2, 'USAGE', /--workers/],
    [[...whole, '--base', 'bafyreibogusbogus'], 3, 'NOT_FOUND', /bafyreibogusbogus/],
    [['locomotion', '--reward', 'risky', '--out', 'no/x'], 3, 'FILE_NOT_FOUND', /no\/x/],
    [['locomotion', '--reward', 'risky', '--out', 'base.safetensors'], 1, 'FILE_EXISTS', /base/]
  ]
  for (const [argv, code, error, message] of cases) {
    const failed = await at.fails('finetune', ...argv)
    t.match(failed, { code, error: { code: error, message } }, argv.join(' '))
  }
  t.same((await readdir(at.folder)).sort(), before)
})

t.test('several bases that fit must be told apart', async t => {
  await writePolicy(join(at.folder, 'other.safetensors'), 1)
  const { id } = await at.json<{ id: string }>(
    ...['base', 'add', 'other.safetensors', '--name', 'other']
  )
  const argv = ['finetune', 'locomotion', '--reward', 'risky', '--out', 'o.safetensors', ...FAST]
  t.match(await at.fails(...argv), { code: 2, error: { code: 'BASE_AMBIGUOUS', message: id } })
})
