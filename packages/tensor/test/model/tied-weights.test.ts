import t from 'tap'
import type { Model } from '../../src/model/model.ts'
import { openModel } from '../../src/model/open-model.ts'
import { planModel } from '../../src/model/plan-model.ts'
import { withTiedWeights } from '../../src/model/tied-weights.ts'
import { readTensor } from '../../src/read-tensor.ts'
import { model, weights } from './folders.ts'

const [HEAD, EMBED] = ['lm_head.weight', 'model.embed_tokens.weight']
const TIED = { 'config.json': '{"tie_word_embeddings": true, "a": 1}' }
const config = async ({ files }: Model) =>
  Buffer.from(await files.get('config.json')!.read()).toString()

t.test('a tied base shows the head that an untied expert has', async t => {
  const base = model({ [EMBED]: 7, x: 1 }, TIED)
  const shown = await withTiedWeights(base, [EMBED, HEAD, 'x'])
  t.strictSame([...shown.tensors.keys()], [EMBED, 'x', HEAD])
  t.strictSame(shown.tensors.get(HEAD), { ...base.tensors.get(EMBED)!, name: HEAD })
  t.same(await readTensor(shown, HEAD), new Uint8Array(8).fill(7))
  t.same(await readTensor(shown, 'x'), new Uint8Array(8).fill(1))
  t.equal(await config(shown), '{"tie_word_embeddings": false, "a": 1}')
  t.equal(base.tensors.size, 2, 'the base is left as it is')
})

t.test('an expert that stores the tied tensor under the other name shows the first', async t => {
  const shown = await withTiedWeights(model({ [HEAD]: 7 }, TIED), [EMBED])
  t.same(await readTensor(shown, EMBED), new Uint8Array(8).fill(7))
})

t.test('what is shown has a place in the shard of the tensor that it is tied to', async t => {
  const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const
  const base = model({ x: 1, [EMBED]: 7 }, TIED, {
    kind: 'folder',
    shards: [
      { fileName: files[0], tensors: ['x'] },
      { fileName: files[1], tensors: [EMBED] }
    ]
  })
  const shown = await withTiedWeights(base, [HEAD])
  const [, shard] = await planModel(shown, shown)
  t.strictSame([...shard!.positions.keys()].sort(), [HEAD, EMBED])
  const alone = await withTiedWeights({ ...base, layout: { kind: 'file' } }, [HEAD])
  t.strictSame(alone.layout, { kind: 'file' })
})

const SHOWN: Record<string, [stored: string, wanted: string]> = {
  'GPT-2': ['transformer.wte.weight', HEAD],
  'GPT-NeoX': ['gpt_neox.embed_in.weight', 'embed_out.weight'],
  'BART, its decoder': ['model.shared.weight', 'model.decoder.embed_tokens.weight'],
  'a model with an image part': [
    'language_model.model.embed_tokens.weight',
    'language_model.lm_head.weight'
  ]
}

for (const [what, [stored, wanted]] of Object.entries(SHOWN)) {
  t.test(`tied names of ${what} are known`, async t => {
    const shown = await withTiedWeights(model({ [stored]: 7 }, TIED), [wanted])
    t.same(await readTensor(shown, wanted), new Uint8Array(8).fill(7))
  })
}

t.test('a configuration that says nothing of ties has them', async t => {
  const shown = await withTiedWeights(model({ [EMBED]: 7 }, { 'config.json': '{"a": 1}' }), [HEAD])
  t.equal(await config(shown), '{\n  "tie_word_embeddings": false,"a": 1}')
  const empty = await withTiedWeights(model({ [EMBED]: 7 }, { 'config.json': '{ }' }), [HEAD])
  t.strictSame(JSON.parse(await config(empty)), { tie_word_embeddings: false })
})

const LEFT: Record<string, [model: Model, wanted: string[]]> = {
  'nothing missing': [model({ [EMBED]: 1, [HEAD]: 2 }, TIED), [EMBED, HEAD]],
  'a name that no model ties': [model({ [EMBED]: 1 }, TIED), ['score.weight']],
  'a head of T5, which is scaled where it is tied': [model({ 'shared.weight': 1 }, TIED), [HEAD]],
  'neither of the two names': [model({ x: 1 }, TIED), [EMBED, HEAD]],
  'no configuration': [model({ [EMBED]: 1 }), [HEAD]],
  'a model that is not tied': [
    model({ [EMBED]: 1 }, { 'config.json': '{"tie_word_embeddings": false}' }),
    [HEAD]
  ],
  'a text part that is not tied': [
    model({ [EMBED]: 1 }, { 'config.json': '{"text_config": {"tie_word_embeddings": false}}' }),
    [HEAD]
  ]
}

for (const [what, [left, wanted]] of Object.entries(LEFT)) {
  t.test(`a model is left as it is with ${what}`, async t => {
    t.equal(await withTiedWeights(left, wanted), left)
  })
}

t.test('a broken configuration is refused', async t => {
  const broken = model({ [EMBED]: 1 }, { 'config.json': '{' })
  await t.rejects(withTiedWeights(broken, [HEAD]), { code: 'MODEL_INVALID' })
})

t.test('a tied folder stays open and as it is when what it shows is closed', async t => {
  const folder = t.testdir({ 'model.safetensors': weights({ [EMBED]: 7 }), ...TIED })
  const base = await openModel(folder)
  t.teardown(() => base.close())
  await (await withTiedWeights(base, [HEAD])).close()
  t.same(await readTensor(base, EMBED), new Uint8Array(8).fill(7))
})
