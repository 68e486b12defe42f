import t from 'tap'
import { weightKind } from '../../src/lora/weight-kind.ts'

function kindOf(name: string, shape: number[] = [4, 4], dtype = 'BF16') {
  return weightKind({ name, dtype, shape, sizeBytes: 0 })
}

t.test('weights are told apart by the names that models give them', async t => {
  const kinds = {
    'model.layers.0.self_attn.q_proj.weight': 'linear',
    'transformer.h.0.mlp.c_fc.weight': 'linear',
    'model.embed_tokens.weight': 'embedding',
    'bert.embeddings.word_embeddings.weight': 'embedding',
    'transformer.wte.weight': 'embedding',
    'shared.weight': 'embedding',
    'lm_head.weight': 'head',
    'embed_out.weight': 'head'
  }
  for (const [name, kind] of Object.entries(kinds)) t.equal(kindOf(name), kind, name)
})

t.test('what is no matrix of floats named weight has no kind', async t => {
  t.equal(kindOf('norm.weight', [4]), undefined)
  t.equal(kindOf('conv.weight', [4, 4, 3]), undefined)
  t.equal(kindOf('empty.weight', [0, 4]), undefined)
  t.equal(kindOf('packed.weight', [4, 4], 'U8'), undefined)
  t.equal(kindOf('rotary.table'), undefined)
})
