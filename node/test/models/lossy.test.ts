import { join } from 'node:path'
import { openModel, readFloats } from '@soup/tensor'
import t from 'tap'
import { hashes, writeFolder } from '../folders.ts'
import { addBase, publish, repo } from '../run-cli.ts'

/** What `publish` says. */
interface Published {
  id: string
  codec: string
  loss: { relativeError: number; cosine: number }
  bytes: { full: number; payload: number }
}

const at = await repo(t)
const path = (...names: string[]) => join(at.folder, ...names)
for (const [step, name] of ['base', 'tuned', 'other'].entries())
  await writeFolder(path(name), { step })
const base = await addBase(at, 'base')
const WHOLE = ['publish', 'tuned', '--base', base, '--reward', 'r']

async function all(folder: string): Promise<number[]> {
  const model = await openModel(path(folder))
  const values: number[] = []
  for (const name of model.tensors.keys()) values.push(...(await readFloats(model, name)))
  await model.close()
  return values
}

const [before, tuned] = [await all('base'), await all('tuned')]

for (const codec of ['sparse', 'int8', 'bit1']) {
  t.test(`${codec} says what it loses, and checkout wants to be told that it may`, async t => {
    const { id, loss } = await at.json<Published>(...WHOLE, '--codec', codec)
    t.match(await at.json('show', id), { record: { codec, loss } })
    const refused = await at.fails('checkout', id, '--out', 'never')
    t.match(refused, { code: 1, error: { code: 'EXPERT_LOSSY', details: { loss } } })
    t.match(refused.error.message, /--lossy/)
    t.match(await at.json('checkout', id, '--out', codec, '--lossy'), { loss })
    t.same(await hashes(path(codec), ['config.json']), await hashes(path('tuned'), ['config.json']))
    const got = await all(codec)
    const change = tuned.map((x, i) => x - before[i]!)
    const error = Math.hypot(...got.map((x, i) => x - tuned[i]!)) / Math.hypot(...change)
    t.ok(Math.abs(error - loss.relativeError) < 1e-3, `${error}, told ${loss.relativeError}`)
    const dot = got.reduce((sum, x, i) => sum + (x - before[i]!) * change[i]!, 0)
    const cosine = dot / Math.hypot(...got.map((x, i) => x - before[i]!)) / Math.hypot(...change)
    t.ok(Math.abs(cosine - loss.cosine) < 1e-3, `${cosine}, told ${loss.cosine}`)
    t.ok(loss.relativeError > 0 && loss.cosine < 1 && loss.cosine > 0.3)
  })
}

t.test('sparse sends the share of the changes that it is told', async t => {
  const some = await at.json<Published>(...WHOLE, '--codec', 'sparse', '--density', '0.3')
  const most = await at.json<Published>(...WHOLE, '--codec', 'sparse', '--density', '0.9')
  t.ok(most.loss.relativeError < some.loss.relativeError)
  await at.json('checkout', some.id, '--out', 'some', '--lossy')
  const sent = (await all('some')).filter((x, i) => x !== before[i]).length
  t.ok(Math.abs(sent / before.length - 0.3) < 0.02, `${sent} of ${before.length}`)
})

t.test('soups take lossy experts, and a person is told on a terminal', async t => {
  const { stdout } = await at.run(...WHOLE, '--codec', 'int8')
  t.match(stdout, /codec int8 loses something: .*%/)
  const id = /Published (\w+)/.exec(stdout)![1]!
  const other = await publish(at, 'other', base)
  const mix = ['soup', `${id}=0.5`, `${other}=0.5`, '--out']
  const made = await at.json<{ sha256: string }>(...mix, 'mix')
  t.match(made, { lossy: [{ id, codec: 'int8', loss: { cosine: Number } }] })
  const argv = ['soup', '--recipe', 'mix/recipe.json', '--out', 'mix-again']
  t.equal((await at.json<{ sha256: string }>(...argv)).sha256, made.sha256)
  const nested = ['soup', 'mix/recipe.json=0.5', `${other}=0.5`, '--out', 'nested']
  t.match(
    (await at.run(...nested)).stdout,
    new RegExp(`${id.slice(0, 12)}.* comes from a lossy codec: int8`)
  )
  t.notOk('lossy' in (await at.json<object>('soup', `${other}=1`, '--out', 'clean')))
  t.match((await at.run('checkout', id, '--lossy', '--out', 'told')).stdout, /not bit for bit/)
})

t.test('a lossy codec that lost nothing says so, and still wants to be told', async t => {
  const { stdout } = await at.run(...WHOLE, '--codec', 'sparse', '--density', '1')
  t.match(stdout, /codec sparse lost nothing\n/)
  const id = /Published (\w+)/.exec(stdout)![1]!
  const { error } = await at.fails('checkout', id, '--out', 'never')
  t.match(error, { code: 'EXPERT_LOSSY', message: /which is lossy \(nothing lost\)/ })
  const told = await at.run('checkout', id, '--lossy', '--out', 'whole')
  t.match(told.stdout, /nothing lost, by its publisher's account/)
})

t.test('exact says of no loss, and asks for nothing', async t => {
  const published = await at.json<Published>(...WHOLE, '--codec', 'exact')
  t.equal(published.loss, undefined)
  t.match((await at.run('checkout', published.id, '--out', 'bits')).stdout, /verified bit for bit/)
})

t.test('settings that do not go together are refused in one sentence', async t => {
  const cases: [string[], RegExp][] = [
    [['--codec', 'zip'], /knows exact, lora, .*got 'zip'/],
    [['--rank', '4'], /--rank goes with --codec lora/],
    [['--codec', 'sparse', '--rank', '4'], /--rank goes with/],
    [['--density', '0.5'], /--density goes with --codec sparse/],
    [['--codec', 'sparse', '--density', '0'], /more than 0/],
    [['--codec', 'sparse', '--density', '1.5'], /from 0 to 1/],
    [['--codec', 'lora', '--rank', '0'], /whole number/],
    [['--dp-clip', '1'], /go together/],
    [['--dp-noise', '1'], /go together/],
    [['--dp-clip', '0', '--dp-noise', '1'], /more than 0/],
    [['--dp-clip', '-1', '--dp-noise', '1'], /--dp-clip wants a number/]
  ]
  for (const [argv, message] of cases) {
    const failed = await at.fails(...WHOLE, ...argv)
    t.match(failed, { code: 2, error: { code: 'USAGE', message } }, argv.join(' '))
  }
})
