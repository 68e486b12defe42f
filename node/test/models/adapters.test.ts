import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openModel, readFloats } from '@soup/tensor'
import t from 'tap'
import { hashes, writeAdapter, writeFolder } from '../folders.ts'
import { addBase, publish, repo } from '../run-cli.ts'

/** What `soup` says. */
interface Soup {
  files: string[]
  sha256: string
  relativeError?: number
}

const ADAPTER = ['adapter_config.json', 'adapter_model.safetensors']

const at = await repo(t)
const path = (...names: string[]) => join(at.folder, ...names)
await writeFolder(path('base'), { shards: 2 })
await writeAdapter(path('one'), 1)
await writeAdapter(path('two'), 2)
const base = await addBase(at, 'base')
const [one, two] = [await publish(at, 'one', base), await publish(at, 'two', base)]

async function floats(folder: string, tensor: string): Promise<Float32Array> {
  const model = await openModel(path(folder))
  const values = await readFloats(model, tensor)
  await model.close()
  return values
}

/** B · A of a module of {@link writeAdapter}, whose scaling is 2. */
async function update(folder: string, module: string): Promise<Float32Array> {
  const name = (factor: string) => `base_model.model.${module}.lora_${factor}.weight`
  const [a, b] = [await floats(folder, name('A')), await floats(folder, name('B'))]
  const config = JSON.parse(await readFile(path(folder, 'adapter_config.json'), 'utf8'))
  const rank = a.length / 8
  return Float32Array.from({ length: 64 }, (_, i) => {
    const [row, column] = [Math.floor(i / 8), i % 8]
    let sum = 0
    for (let k = 0; k < rank; k++) sum += b[row * rank + k]! * a[k * 8 + column]!
    return (config.lora_alpha / config.r) * sum
  })
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.hypot(...b)
}

/** 0.25 of the one update and 0.75 of the other. */
async function mixedUpdate(module: string): Promise<Float32Array> {
  const [a, b] = [await update('one', module), await update('two', module)]
  return a.map((x, i) => 0.25 * x + 0.75 * b[i]!)
}

const MODULE = 'model.layers.1.q_proj'

t.test('an adapter is published as it is, and checked out as the same two files', async t => {
  t.match(await at.json('show', one), { record: { codec: 'lora' } })
  const made = await at.json<Soup>('checkout', one, '--out', 'again')
  t.same([...made.files].sort(), ADAPTER)
  t.same(await hashes(path('again')), await hashes(path('one')))
})

t.test('a linear soup of adapters is a folder like the base, with the adapters merged', async t => {
  const made = await at.json<Soup>('soup', `${one}=0.25`, `${two}=0.75`, '--out', 'merged')
  t.ok(made.files.includes('model.safetensors.index.json'))
  t.notOk(made.files.includes('adapter_config.json'))
  const [before, after, change] = [
    await floats('base', `${MODULE}.weight`),
    await floats('merged', `${MODULE}.weight`),
    await mixedUpdate(MODULE)
  ]
  t.ok(
    distance(
      after,
      before.map((x, i) => x + change[i]!)
    ) < 1e-6
  )
  t.same(await floats('merged', 'model.norm.weight'), await floats('base', 'model.norm.weight'))
  const again = await at.json<Soup>('soup', '--recipe', 'merged/recipe.json', '--out', 'rebuilt')
  t.equal(again.sha256, made.sha256)
})

t.test(
  'product gives one exact adapter of all ranks, or one that is cut, and by how much',
  async t => {
    const mix = ['soup', `${one}=0.25`, `${two}=0.75`, '--method', 'product']
    const made = await at.json<Soup>(...mix, '--out', 'product')
    t.same([...made.files].sort(), ADAPTER)
    t.equal(made.relativeError, undefined)
    const config = JSON.parse(await readFile(path('product/adapter_config.json'), 'utf8'))
    t.match(config, { r: 4, base_model_name_or_path: 'org/tiny', task_type: 'CAUSAL_LM' })
    const exact = await mixedUpdate(MODULE)
    t.ok(distance(await update('product', MODULE), exact) < 1e-6)
    const cut = await at.json<Soup>(...mix, '--set', 'rank=2', '--out', 'cut')
    t.ok(cut.relativeError! > 1e-3 && cut.relativeError! < 1, `${cut.relativeError}`)
    const modules = ['model.layers.0.q_proj', MODULE]
    const squares = { rest: 0, all: 0 }
    for (const module of modules) {
      const whole = await mixedUpdate(module)
      const part = await update('cut', module)
      squares.all += Math.hypot(...whole) ** 2
      squares.rest += (distance(part, whole) * Math.hypot(...whole)) ** 2
    }
    t.ok(Math.abs(Math.sqrt(squares.rest / squares.all) - cut.relativeError!) < 1e-5)
    const { stdout } = await at.run(...mix, '--set', 'rank=2', '--out', 'told')
    t.match(stdout, /cut to the rank asked for: error \d+\.\d\d % of the update/)
    for (const [name, { sha256 }] of Object.entries({ product: made, cut })) {
      const argv = ['soup', '--recipe', `${name}/recipe.json`, '--out', `${name}-again`]
      t.equal((await at.json<Soup>(...argv)).sha256, sha256)
    }
  }
)

t.test('factors averages A and B by themselves', async t => {
  const mix = ['soup', `${one}=0.5`, `${two}=0.5`, '--method', 'factors', '--out', 'factors']
  const made = await at.json<Soup>(...mix)
  for (const factor of ['A', 'B']) {
    const name = `base_model.model.${MODULE}.lora_${factor}.weight`
    const [a, b] = [await floats('one', name), await floats('two', name)]
    const mean = a.map((x, i) => (x + b[i]!) / 2)
    t.ok(distance(await floats('factors', name), mean) < 1e-6)
  }
  const again = ['soup', '--recipe', 'factors/recipe.json', '--out', 'factors-again']
  t.equal((await at.json<Soup>(...again)).sha256, made.sha256)
})

t.test('what a soup of adapters does not take is refused in one sentence', async t => {
  await writeFolder(path('whole'), { step: 1, shards: 2 })
  const whole = await publish(at, 'whole', base)
  const mix = ['soup', `${one}=0.25`, `${two}=0.75`]
  const product = [...mix, '--method', 'product']
  const cases: [string[], number, string][] = [
    [[...product, '--set', 'rank=0'], 2, 'SOUP_PARAMETER'],
    [[...product, '--set', 'rank=1.5'], 2, 'SOUP_PARAMETER'],
    [[...product, '--set', 'density=1'], 2, 'SOUP_PARAMETER'],
    [[...mix, '--method', 'factors', '--set', 'rank=1'], 2, 'SOUP_PARAMETER'],
    [[...product, '--tensors', '*=0.5,0.5'], 2, 'SOUP_LAMBDA'],
    [[...product, '--fisher', 'base/model-00001-of-00002.safetensors'], 2, 'USAGE'],
    [[...mix, '--fisher', 'base/model-00001-of-00002.safetensors'], 2, 'USAGE'],
    [['soup', one, two, '--method', 'product'], 2, 'SOUP_LAMBDA'],
    [['soup', one, two, '--extrapolate'], 2, 'SOUP_LAMBDA'],
    [['soup', one, two, '--extrapolate', '--method', 'factors'], 2, 'SOUP_LAMBDA'],
    [[...product, '--shard-size', '1MB'], 1, 'LAYOUT_MISMATCH'],
    [['soup', `${whole}=1`, '--method', 'product'], 1, 'SOUP_ADAPTERS']
  ]
  for (const [argv, code, error] of cases) {
    const failed = await at.fails(...argv, '--out', 'never')
    t.match(failed, { code, error: { code: error } }, argv.slice(3).join(' '))
  }
})

t.test(
  'adapters and whole models mix over one base, and other operators take adapters',
  async t => {
    await writeFolder(path('full'), { step: 2, shards: 2 })
    const full = await publish(at, 'full', base)
    for (const [name, argv] of Object.entries({
      blend: [`${full}=0.5`, `${one}=0.5`],
      arc: [`${one}=0.5`, `${two}=0.5`, '--method', 'slerp']
    })) {
      const { sha256 } = await at.json<Soup>('soup', ...argv, '--out', name)
      const again = ['soup', '--recipe', `${name}/recipe.json`, '--out', `${name}-again`]
      t.equal((await at.json<Soup>(...again)).sha256, sha256)
    }
  }
)

t.test('an adapter can be the base of exact experts, and its soup is one', async t => {
  const start = await addBase(at, 'one', '--share')
  const tuned = await publish(at, 'two', start)
  t.match(await at.json('show', tuned), { record: { codec: 'exact' } })
  await at.json('checkout', tuned, '--out', 'two-again')
  t.same(await hashes(path('two-again')), await hashes(path('two')))
  const made = await at.json<Soup>('soup', `${tuned}=0.5`, '--extrapolate', '--out', 'half')
  t.same([...made.files].sort(), ADAPTER)
  const name = `base_model.model.${MODULE}.lora_A.weight`
  const [a, b] = [await floats('one', name), await floats('two', name)]
  const mean = a.map((x, i) => (x + b[i]!) / 2)
  t.ok(distance(await floats('half', name), mean) < 1e-6)
})

t.test('--codec lora --rank extracts an adapter of a whole model, with its error', async t => {
  await writeFolder(path('dense'), { step: 3, shards: 2 })
  const argv = ['publish', 'dense', '--base', base, '--reward', 'r', '--codec', 'lora']
  const published = await at.json<{ id: string; loss: { relativeError: number; cosine: number } }>(
    ...[...argv, '--rank', '4']
  )
  const { relativeError, cosine } = published.loss
  t.ok(relativeError > 0 && relativeError < 1)
  t.ok(Math.abs(cosine ** 2 + relativeError ** 2 - 1) < 1e-9)
  const checkout = ['checkout', published.id, '--out', 'extracted']
  t.match(await at.fails(...checkout), { code: 1, error: { code: 'EXPERT_LOSSY' } })
  const { files } = await at.json<Soup>(...checkout, '--lossy')
  t.same([...files].sort(), ADAPTER)
  await at.json('soup', `${published.id}=1`, '--out', 'from-extracted')
  t.match(await at.fails(...argv), { code: 2, error: { code: 'CODEC_UNFIT', message: /--rank/ } })
  t.match(await at.fails('publish', 'one', ...argv.slice(2), '--rank', '4'), {
    code: 2,
    error: { code: 'CODEC_UNFIT', message: /leave out --rank/ }
  })
  t.match(await at.fails('publish', 'one', ...argv.slice(2, -1), 'exact'), {
    code: 2,
    error: { code: 'CODEC_UNFIT', message: /travels as it is/ }
  })
})
