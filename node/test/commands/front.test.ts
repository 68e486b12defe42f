import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Front, parseFront } from '@soup/pareto'
import t from 'tap'
import { writePolicy } from '../fixtures.ts'
import { repo } from '../run-cli.ts'

const at = await repo(t)
for (const [phase, name] of ['base', 'one', 'two'].entries()) {
  await writePolicy(join(at.folder, `${name}.safetensors`), phase)
}
const base = await at.json<{ id: string }>('base', 'add', 'base.safetensors', '--name', 'b')
const publish = async (name: string) =>
  (
    await at.json<{ id: string }>(
      ...['publish', `${name}.safetensors`, '--base', base.id, '--reward', name, '--name', name]
    )
  ).id
const [one, two] = [await publish('one'), await publish('two')]
const FAST = ['--task', 'locomotion', '--seeds', '2', '--workers', '1']

t.test('front measures soups along λ and writes document and plots', async t => {
  const printed = await at.json<Front & { out: string }>(
    ...['front', one, two, '--points', '3', '--out', 'front', ...FAST]
  )
  const out = join(at.folder, 'front')
  t.equal(printed.out, out)
  t.same((await readdir(out)).sort(), ['front.html', 'front.json', 'front.svg'])
  const text = await readFile(join(out, 'front.json'), 'utf8')
  const front = parseFront(text)
  t.match(front, {
    base: base.id,
    task: 'locomotion',
    rewards: ['risky', 'cautious'],
    experts: [
      { id: one, reward: 'one', name: 'one' },
      { id: two, reward: 'two', name: 'two' }
    ],
    points: [
      { lambda: [0, 0], kind: 'base' },
      { lambda: [1, 0], kind: 'expert' },
      { lambda: [0.5, 0.5], kind: 'soup' },
      { lambda: [0, 1], kind: 'expert' }
    ],
    indicators: { reference: [Number, Number], chordViolations: Number }
  })
  for (const { rewards } of front.points) {
    t.match(rewards, [{ mean: Number, stderr: Number, n: 2 }, { n: 2 }])
  }
  t.same(JSON.parse(text), JSON.parse(JSON.stringify({ ...printed, out: undefined })))
  t.match(await readFile(join(out, 'front.svg'), 'utf8'), /^<svg/)
  t.match(await readFile(join(out, 'front.html'), 'utf8'), /<html/)
})

t.test("a point's recipe id is that of the soup, made on its own", async t => {
  const front = parseFront(await readFile(join(at.folder, 'front', 'front.json'), 'utf8'))
  const soup = await at.json<{ recipe: string }>(
    ...['soup', `${one}=0.5`, `${two}=0.5`, '--out', 'half']
  )
  t.equal(front.points[2]?.recipe, soup.recipe)
})

t.test('pick reads the front that was written', async t => {
  const picked = await at.json<{ lambda: number[] }>(
    ...['pick', 'front/front.json', '--preference', 'risky=0.5,cautious=0.5']
  )
  t.equal(picked.lambda.length, 2)
})

t.test('front names what is wrong before it measures anything', async t => {
  const before = (await readdir(at.folder)).sort()
  const cases: [string[], number, string, RegExp][] = [
    [[one, two, ...FAST], 2, 'USAGE', /--out/],
    [[one, two, '--out', 'x'], 2, 'USAGE', /--task/],
    [[one, '--out', 'x', ...FAST], 2, 'USAGE', /two different experts/],
    [[one, one, '--out', 'x', ...FAST], 2, 'USAGE', /two different experts, got 1/],
    [[one, base.id, '--out', 'x', ...FAST], 2, 'NOT_AN_EXPERT', /base/],
    [[one, two, '--out', 'x', '--points', '1', ...FAST], 2, 'USAGE', /--points/],
    [[one, two, '--out', 'repo', ...FAST], 1, 'OUT_EXISTS', /repo/],
    [[one, two, '--out', 'x', '--task', 'chess'], 3, 'TASK_UNKNOWN', /chess/]
  ]
  for (const [argv, code, error, message] of cases) {
    const failed = await at.fails('front', ...argv)
    t.match(failed, { code, error: { code: error, message } }, argv.slice(2).join(' '))
  }
  t.same((await readdir(at.folder)).sort(), before)
})

t.test('front prints a table, the indicators and where to look', async t => {
  const { stdout } = await at.run(
    ...['front', one, two, '--points', '2', '--out', 'two-points', ...FAST]
  )
  t.match(stdout, /λ +risky +cautious\n/)
  t.match(stdout, /expert +1\.00 0\.00 /)
  t.match(stdout, /hypervolume .* above \(.*\)\n.* below the chord .*\nWrote .*front\.json/)
})

t.test('front finds out that it cannot write before it measures', async t => {
  // Measuring all of this would take hours.
  const long = ['--task', 'locomotion', '--seeds', '1024', '--points', '201', '--workers', '1']
  for (const out of ['/proc/x/front', 'one.safetensors/front']) {
    t.match(await at.fails('front', one, two, '--out', out, ...long), {
      code: 1,
      error: { code: 'OUT_FAILED', message: /front cannot be written.*--out/ }
    })
  }
})

t.test('front calls a soup that cannot be measured by its λ', async t => {
  await writePolicy(join(at.folder, 'nan.safetensors'), Number.NaN)
  const nan = await publish('nan')
  const argv = ['front', one, nan, '--points', '2', '--out', 'nan', ...FAST]
  t.match(await at.fails(...argv), {
    code: 1,
    error: { code: 'POLICY_NOT_FINITE', message: /^the soup of λ = 0, 1: tensor "layers/ }
  })
})
