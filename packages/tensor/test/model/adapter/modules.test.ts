import t from 'tap'
import { adapterModules } from '../../../src/model/adapter/modules.ts'
import { parse, tensors } from './fixtures.ts'

const Q = 'model.layers.0.self_attn.q_proj'
const P = `base_model.model.${Q}`
const LINEAR = { [`${P}.lora_A.weight`]: [4, 8], [`${P}.lora_B.weight`]: [6, 4] }
const read = (shapes: Record<string, readonly number[]>, fields: Record<string, unknown> = {}) =>
  adapterModules(tensors(shapes), parse(fields))

t.test('a linear module has its factors, its rank and its scaling', async t => {
  const { modules, saved } = read(LINEAR)
  t.strictSame(modules, [
    {
      ...{ name: Q, weight: `${Q}.weight`, rank: 4, alpha: 16, scaling: 4 },
      ...{ a: `${P}.lora_A.weight`, b: `${P}.lora_B.weight`, bias: undefined },
      ...{ isEmbedding: false, fanInFanOut: false }
    }
  ])
  t.equal(saved.size, 0)
})

t.test('embeddings, biases, patterns and modules stored whole are told', async t => {
  const bias = { ...LINEAR, [`${P}.lora_B.bias`]: [6], 'base_model.model.norm.weight': [8] }
  const { modules, saved } = read(bias, {
    ...{ lora_bias: true, modules_to_save: ['norm'], fan_in_fan_out: true, use_rslora: true }
  })
  t.match(modules[0], { bias: `${P}.lora_B.bias`, fanInFanOut: true, scaling: 8 })
  t.strictSame([...saved], [['norm.weight', 'base_model.model.norm.weight']])
  const embedding = {
    'base_model.model.embed.lora_embedding_A': [2, 30],
    'base_model.model.embed.lora_embedding_B': [8, 2]
  }
  const [module] = read(embedding, {
    ...{ target_modules: ['embed'], fan_in_fan_out: true, rank_pattern: { embed: 2 } }
  }).modules
  t.match(module, { name: 'embed', rank: 2, scaling: 8, isEmbedding: true, fanInFanOut: false })
})

const REFUSED: Record<
  string,
  [shapes: Record<string, number[]>, fields: Record<string, unknown>, code: string, message: RegExp]
> = {
  'no A': [{ [`${P}.lora_B.weight`]: [6, 4] }, {}, 'ADAPTER_INVALID', /q_proj" has no A/],
  'no B': [{ [`${P}.lora_A.weight`]: [4, 8] }, {}, 'ADAPTER_INVALID', /q_proj" has no B/],
  'A of another rank': [
    { ...LINEAR, [`${P}.lora_A.weight`]: [3, 8] },
    {},
    'ADAPTER_INVALID',
    /A \[3,8\] and B \[6,4\], which rank 4/
  ],
  'B of another rank': [
    { ...LINEAR, [`${P}.lora_B.weight`]: [6, 3] },
    {},
    'ADAPTER_INVALID',
    /B \[6,3\]/
  ],
  'both of another rank': [LINEAR, { r: 2 }, 'ADAPTER_INVALID', /rank 2/],
  'a pattern of another rank': [
    LINEAR,
    { rank_pattern: { q_proj: 2 } },
    'ADAPTER_INVALID',
    /rank 2/
  ],
  'a convolution': [
    { [`${P}.lora_A.weight`]: [4, 8, 3, 3], [`${P}.lora_B.weight`]: [6, 4, 1, 1] },
    {},
    'ADAPTER_UNSUPPORTED',
    /expected matrices/
  ],
  'a bias that is not announced': [
    { ...LINEAR, [`${P}.lora_B.bias`]: [6] },
    {},
    'ADAPTER_INVALID',
    /has a bias of B, which lora_bias contradicts/
  ],
  'no bias where one is announced': [
    LINEAR,
    { lora_bias: true },
    'ADAPTER_INVALID',
    /no bias of B/
  ],
  'a bias of another length': [
    { ...LINEAR, [`${P}.lora_B.bias`]: [5] },
    { lora_bias: true },
    'ADAPTER_INVALID',
    /a bias \[5\]/
  ],
  'a module that is not targeted': [
    LINEAR,
    { target_modules: ['v_proj'] },
    'ADAPTER_INVALID',
    /"model.layers.0.self_attn.q_proj" has factors, but by its target_modules/
  ],
  'a module of another layer': [
    LINEAR,
    { layers_to_transform: [1] },
    'ADAPTER_INVALID',
    /would ignore/
  ],
  'a module of a long name': [
    {
      [`base_model.model.${'x'.repeat(520)}.q_proj.lora_A.weight`]: [4, 1],
      [`base_model.model.${'x'.repeat(520)}.q_proj.lora_B.weight`]: [1, 4]
    },
    {},
    'ADAPTER_INVALID',
    /longer than 512/
  ],
  DoRA: [LINEAR, { use_dora: true }, 'ADAPTER_UNSUPPORTED', /use_dora: its weights are rescaled/]
}

for (const [what, [shapes, fields, code, message]] of Object.entries(REFUSED)) {
  t.test(`adapterModules() refuses ${what}`, async t => {
    t.throws(() => read(shapes, fields), { code, message })
  })
}
