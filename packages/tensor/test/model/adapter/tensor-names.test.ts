import t from 'tap'
import { sortTensors } from '../../../src/model/adapter/tensor-names.ts'
import { parse, tensors } from './fixtures.ts'

const P = 'base_model.model.'
const sort = (shapes: Record<string, readonly number[]>) => sortTensors(tensors(shapes), parse())

t.test('factors are found by the ends of their names, the rest is stored whole', async t => {
  const { factors, saved } = sort({
    [`${P}z.lora_B.weight`]: [2, 1],
    [`${P}z.lora_A.weight`]: [1, 2],
    [`${P}z.lora_B.bias`]: [2],
    [`${P}e.lora_embedding_A`]: [1, 9],
    [`${P}e.lora_embedding_B`]: [2, 1],
    [`${P}lm_head.weight`]: [1],
    [`${P}q.base_layer.bias`]: [1]
  })
  t.strictSame([...factors.keys()], ['e', 'z'])
  t.match(factors.get('e'), { isEmbedding: true, a: { shape: [1, 9] }, b: { shape: [2, 1] } })
  t.match(factors.get('z'), { isEmbedding: false, bias: { shape: [2] } })
  t.strictSame(
    [...saved],
    [
      ['lm_head.weight', `${P}lm_head.weight`],
      ['q.bias', `${P}q.base_layer.bias`]
    ]
  )
})

const REFUSED: Record<string, [names: string[], code: string, message: RegExp]> = {
  'a name without the prefix': [['model.q.lora_A.weight'], 'ADAPTER_INVALID', /doesn't begin with/],
  'two kinds of factors': [
    [`${P}q.lora_A.weight`, `${P}q.lora_embedding_B`],
    'ADAPTER_INVALID',
    /factors of an embedding and of a linear one/
  ],
  'two tensors for one': [
    [`${P}q.weight`, `${P}q.base_layer.weight`],
    'ADAPTER_INVALID',
    /two tensors replace "q.weight"/
  ],
  'a magnitude of DoRA': [[`${P}q.lora_magnitude_vector`], 'ADAPTER_UNSUPPORTED', /another kind/],
  'a diagonal of KaSA': [[`${P}q.lora_diag.weight`], 'ADAPTER_UNSUPPORTED', /another kind/],
  'a name of an adapter in the file': [
    [`${P}q.lora_A.default`],
    'ADAPTER_UNSUPPORTED',
    /another kind/
  ],
  'factors of no module': [[`${P}.lora_A.weight`], 'ADAPTER_UNSUPPORTED', /another kind/]
}

for (const [what, [names, code, message]] of Object.entries(REFUSED)) {
  t.test(`sortTensors() refuses ${what}`, async t => {
    t.throws(() => sort(Object.fromEntries(names.map(name => [name, [1, 1]]))), { code, message })
  })
}
