import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openModel, readFloats } from '@soup/tensor'
import t, { type Test } from 'tap'
import { findBase } from '../../src/library/lookup.ts'
import { rememberBasePayload } from '../../src/library/models.ts'
import { hashes, writeFolder } from '../folders.ts'
import { addBase, carry, publish, repo, withNode } from '../run-cli.ts'

/** What `checkout` and `soup` say. */
interface Written {
  files: string[]
  sha256: string
}

const TRAVELS = ['config.json', 'generation_config.json', 'tokenizer.json']
const WEIGHTS = 'model.safetensors'
const SHARDS = [
  'model-00001-of-00002.safetensors',
  'model-00002-of-00002.safetensors',
  'model.safetensors.index.json'
]

/** A repo with folders in two shards: a shared base and two experts. */
async function community(t: Test) {
  const at = await repo(t)
  const path = (...names: string[]) => join(at.folder, ...names)
  for (const [step, name] of ['base', 'one', 'two'].entries()) {
    await writeFolder(path(name), { step, dtype: 'BF16', shards: 2 })
  }
  const base = await addBase(at, 'base', '--share')
  return {
    ...at,
    path,
    base,
    one: await publish(at, 'one', base),
    two: await publish(at, 'two', base)
  }
}

const at = await community(t)
const { path, base, one, two } = at

t.test('a sharded folder comes out of another repo file by file, bit for bit', async t => {
  const other = await repo(t)
  for (const id of [base, one]) await carry(at, other, id)
  await withNode(other, async node => {
    const { payload } = (await findBase(node, base)).record
    await rememberBasePayload(node, base, payload!)
  })
  const made = await other.json<Written>('checkout', one, '--out', 'out')
  const names = [...SHARDS, ...TRAVELS].sort()
  t.same([...made.files].sort(), names, 'and nothing that is code')
  t.same(await hashes(join(other.folder, 'out')), await hashes(path('one'), names))
})

t.test(
  'a base of the same weights in a plain file lacks what the expert has in common',
  async t => {
    await writeFolder(path('flat'), { dtype: 'BF16' })
    const other = await repo(t)
    t.equal(await addBase(other, path('flat/model.safetensors')), base)
    await carry(at, other, one)
    t.match(await other.fails('checkout', one, '--out', 'never'), {
      code: 1,
      error: { code: 'COMPANION_MISSING', message: /pull the base/ }
    })
    const made = await other.json<Written>('soup', `${one}=1`, '--out', 'soup')
    t.same(made.files, ['model.safetensors'])
    t.equal(made.sha256, (await at.json<Written>('soup', `${one}=1`, '--out', 'there')).sha256)
  }
)

for (const how of [['--share'], []]) {
  t.test(
    `a base that is added again (${how.join() || 'unshared'}) beside other files is one more copy`,
    async t => {
      const other = await repo(t)
      const inOther = (...names: string[]) => join(other.folder, ...names)
      const config = (folder: string) => readFile(inOther(folder, 'config.json'), 'utf8')
      for (const [name, step] of Object.entries({ first: 0, second: 0, tuned: 1 })) {
        await writeFolder(inOther(name), { step, dtype: 'BF16' })
      }
      await appendFile(inOther('second/config.json'), ' ')
      const id = await addBase(other, 'first', ...how)
      const tuned = await publish(other, 'tuned', id)
      for (const last of ['second', 'first']) {
        t.equal(await addBase(other, last, ...how), id)
        await other.json('soup', `${tuned}=1`, '--out', `soup-${last}`)
        t.equal(await config(`soup-${last}`), await config(last), 'the copy that was added last')
      }
      await addBase(other, 'second', ...how)
      await other.json('checkout', tuned, '--out', 'again')
      t.same(await hashes(inOther('again')), await hashes(inOther('tuned'), [...TRAVELS, WEIGHTS]))
      await rm(inOther('second'), { recursive: true })
      await other.json('checkout', tuned, '--out', 'and-again')
    }
  )
}

t.test('a soup has the shards, configuration and tokenizer of its base', async t => {
  const mix = [`${one}=0.25`, `${two}=0.75`]
  const made = await at.json<Written>('soup', ...mix, '--out', 'soup')
  t.same([...made.files].sort(), [...SHARDS, ...TRAVELS].sort())
  t.same(await hashes(path('soup'), TRAVELS), await hashes(path('base'), TRAVELS))
  const index = 'model.safetensors.index.json'
  t.same(
    JSON.parse(await readFile(path(`soup/${index}`), 'utf8')),
    JSON.parse(await readFile(path(`base/${index}`), 'utf8'))
  )
  const again = await at.json<Written>('soup', '--recipe', 'soup/recipe.json', '--out', 'again')
  t.equal(again.sha256, made.sha256)
  t.same(await hashes(path('again')), await hashes(path('soup')))
})

t.test('--shard-size lays the same tensors out anew', async t => {
  const mix = ['soup', `${one}=1`, '--out']
  const plain = await at.json<Written>(...mix, 'plain')
  const small = await at.json<Written>(...mix, 'small', '--shard-size', '200')
  const whole = await at.json<Written>(...mix, 'whole', '--shard-size', '5GB')
  t.equal(small.sha256, plain.sha256)
  t.equal(whole.sha256, plain.sha256)
  t.equal(small.files.filter(name => name.endsWith('.safetensors')).length, 3)
  t.same(
    whole.files.filter(name => name.startsWith('model')),
    ['model.safetensors']
  )
  t.match(await at.fails(...mix, 'never', '--shard-size', '5 apples'), {
    code: 2,
    error: { code: 'SHARD_SIZE', message: '5 apples' }
  })
})

t.test('--dtype converts the weights, and the configuration says so', async t => {
  for (const [dtype, torchDtype] of [
    ['F32', 'float32'],
    ['F16', 'float16'],
    ['F8_E4M3', 'float8_e4m3fn']
  ] as const) {
    await at.json('soup', `${one}=0.5`, `${two}=0.5`, '--dtype', dtype, '--out', dtype)
    const config = JSON.parse(await readFile(path(dtype, 'config.json'), 'utf8'))
    t.match(config, { torch_dtype: torchDtype, model_type: 'tiny' })
    const model = await openModel(path(dtype))
    t.ok([...model.tensors.values()].every(tensor => tensor.dtype === dtype))
    await model.close()
  }
})

t.test('an expert that unties the head of a tied base keeps it, and so does its soup', async t => {
  await writeFolder(path('untied'), { step: 3, dtype: 'BF16', isUntied: true })
  const untied = await publish(at, 'untied', base)
  await at.json('checkout', untied, '--out', 'untied-again')
  const names = ['model.safetensors', ...TRAVELS]
  t.same(await hashes(path('untied-again')), await hashes(path('untied'), names))
  await at.json('soup', `${untied}=0.5`, `${one}=0.5`, '--dtype', 'F32', '--out', 'mixed-head')
  const config = JSON.parse(await readFile(path('mixed-head/config.json'), 'utf8'))
  t.equal(config.tie_word_embeddings, false)
  const models = await Promise.all(
    ['mixed-head', 'untied', 'one'].map(name => openModel(path(name)))
  )
  const [soup, own, tied] = models
  const [head, ownHead, embedding] = [
    await readFloats(soup!, 'lm_head.weight'),
    await readFloats(own!, 'lm_head.weight'),
    await readFloats(tied!, 'model.embed_tokens.weight')
  ]
  const far = head.findIndex((x, i) => Math.abs(x - (ownHead[i]! + embedding[i]!) / 2) > 1e-6)
  t.equal(far, -1, 'the head that is tied counts as the embedding')
  for (const model of models) await model.close()
})

t.test('an expert of another tokenizer is refused by name, unless told', async t => {
  await writeFolder(path('foreign'), { step: 2, dtype: 'BF16', tokenizer: 'foreign' })
  const refused = { code: 1, error: { code: 'TOKENIZER_DIFFERS', message: /tokenizer\.json/ } }
  const argv = ['publish', 'foreign', '--base', base, '--reward', 'r']
  t.match(await at.fails(...argv), refused)
  const foreign = await publish(at, 'foreign', base, '--any-tokenizer')
  await at.json('checkout', foreign, '--out', 'foreign-again')
  t.same(
    await hashes(path('foreign-again'), ['tokenizer.json']),
    await hashes(path('foreign'), ['tokenizer.json'])
  )
  const mix = ['soup', `${one}=0.5`, `${foreign}=0.5`, '--out']
  t.match(await at.fails(...mix, 'never'), refused)
  await at.json(...mix, 'blend', '--any-tokenizer')
  t.same(
    await hashes(path('blend'), ['tokenizer.json']),
    await hashes(path('base'), ['tokenizer.json'])
  )
})

t.test(
  'integers must be equal in all experts, and the message names those that are not',
  async t => {
    for (const [step, positions] of [
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 3]
    ].entries()) {
      await writeFolder(path(`i${step}`), { step, positions })
    }
    const ints = await addBase(at, 'i0')
    const [same, differ] = [await publish(at, 'i1', ints), await publish(at, 'i2', ints)]
    await at.json('soup', `${same}=1`, '--out', 'equal')
    t.match(await at.fails('soup', `${same}=0.5`, `${differ}=0.5`, '--out', 'never'), {
      code: 1,
      error: { code: 'SOUP_NOT_FLOAT', message: /model\.positions/ }
    })
    await at.json('checkout', differ, '--out', 'differ')
    t.same(
      await hashes(path('differ'), ['model.safetensors']),
      await hashes(path('i2'), ['model.safetensors'])
    )
  }
)

t.test('a base folder whose shard changed names the file', async t => {
  await writeFolder(path('own'), { step: 5, shards: 2 })
  await writeFolder(path('own-tuned'), { step: 6, shards: 2 })
  const own = await addBase(at, 'own')
  const tuned = await publish(at, 'own-tuned', own)
  await writeFile(path('own/modeling_tiny.py'), 'pass')
  await at.json('checkout', tuned, '--out', 'own-out')
  for (const name of ['tokenizer.json', SHARDS[1]!]) {
    await appendFile(path(`own/${name}`), ' ')
    const message = new RegExp(`${path('own')} \\(its ${name}\\) changed`)
    t.match(await at.fails('checkout', tuned, '--out', 'never'), {
      code: 1,
      error: { code: 'BASE_CHANGED', message }
    })
  }
  await rm(path(`own/${SHARDS[0]}`))
  t.match(await at.fails('soup', `${tuned}=1`, '--out', 'never'), {
    code: 1,
    error: { code: 'BASE_CHANGED', message: `${SHARDS[0]}) is gone` }
  })
})
