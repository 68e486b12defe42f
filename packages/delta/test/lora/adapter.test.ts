import t from 'tap'
import {
  isBaseLayerName,
  isTransposed,
  peftBaseLayerName,
  peftBiasName,
  peftModule,
  peftSavedName
} from '../../src/lora/adapter.ts'

const rest = { rank: 4, scaling: 2, fanInFanOut: false }

t.test('factors of a linear module have the names that PEFT writes', async t => {
  t.strictSame(peftModule('model.layers.0.q_proj', { ...rest, isEmbedding: false }), {
    ...rest,
    name: 'model.layers.0.q_proj',
    weight: 'model.layers.0.q_proj.weight',
    a: 'base_model.model.model.layers.0.q_proj.lora_A.weight',
    b: 'base_model.model.model.layers.0.q_proj.lora_B.weight',
    isEmbedding: false
  })
  t.equal(peftBiasName('q'), 'base_model.model.q.lora_B.bias')
  t.equal(peftSavedName('lm_head.weight'), 'base_model.model.lm_head.weight')
})

t.test('factors of an embedding have no suffix', async t => {
  const { a, b } = peftModule('embed', { ...rest, isEmbedding: true })
  t.strictSame([a, b], ['embed.lora_embedding_A', 'embed.lora_embedding_B'].map(peftSavedName))
})

t.test('embeddings and weights stored as [in, out] change by the transpose', async t => {
  const module = peftModule('x', { ...rest, isEmbedding: false })
  t.notOk(isTransposed(module))
  t.ok(isTransposed({ ...module, isEmbedding: true }))
  t.ok(isTransposed({ ...module, fanInFanOut: true }))
})

t.test('the weight that factors are added to has a name of its own', async t => {
  t.equal(peftBaseLayerName('embed'), 'base_model.model.embed.base_layer.weight')
  t.ok(isBaseLayerName(peftBaseLayerName('embed')))
  t.notOk(isBaseLayerName(peftSavedName('embed.weight')))
})
