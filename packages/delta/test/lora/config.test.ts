import { memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { type LoraModule, peftModule } from '../../src/lora/adapter.ts'
import { adapterConfigFor } from '../../src/lora/config.ts'

const checkpoint = memoryCheckpoint({ tensors: [] })

function module(
  name: string,
  rank: number,
  scaling = 1,
  change: Partial<LoraModule> = {}
): LoraModule {
  return {
    ...peftModule(name, { rank, scaling, isEmbedding: false, fanInFanOut: false }),
    ...change
  }
}

function config(modules: LoraModule[], saved: string[] = [], template?: Record<string, unknown>) {
  const adapter = { checkpoint, modules, saved: new Map(saved.map(name => [name, name])) }
  return JSON.parse(Buffer.from(adapterConfigFor(adapter, template)).toString())
}

t.test('modules of one rank and scaling need no patterns', async t => {
  const { r, lora_alpha, rank_pattern, alpha_pattern, target_modules, peft_type } = config([
    module('b.q', 8, 2),
    module('a.q', 8, 2)
  ])
  t.strictSame([r, lora_alpha, rank_pattern, alpha_pattern], [8, 16, {}, {}])
  t.strictSame(target_modules, ['a.q', 'b.q'])
  t.equal(peft_type, 'LORA')
})

t.test('where ranks or scalings differ patterns name every module, longer names first', async t => {
  const found = config([module('q', 4), module('layers.q', 8, 0.5)])
  t.strictSame([found.r, found.lora_alpha], [8, 4])
  t.strictSame(Object.entries(found.rank_pattern), [
    ['layers.q', 8],
    ['q', 4]
  ])
  t.strictSame(Object.entries(found.alpha_pattern), [
    ['layers.q', 4],
    ['q', 4]
  ])
  const scaled = config([module('q', 4), module('k', 4, 3)])
  t.strictSame(scaled.alpha_pattern, { k: 12, q: 4 })
})

t.test(
  'a template keeps what an adapter does not determine, and loses what is no longer true',
  async t => {
    const found = config([module('q', 4)], ['lm_head.weight', 'norm.bias', 'norm.weight'], {
      base_model_name_or_path: 'some/base',
      task_type: 'CAUSAL_LM',
      use_rslora: true,
      layers_to_transform: [1],
      rank_pattern: { k: 3 },
      target_modules: 'all-linear'
    })
    t.match(found, {
      base_model_name_or_path: 'some/base',
      task_type: 'CAUSAL_LM',
      use_rslora: false,
      layers_to_transform: null,
      rank_pattern: {},
      target_modules: ['q'],
      modules_to_save: ['lm_head', 'norm']
    })
    t.strictSame(Object.keys(found), Object.keys(found).toSorted())
  }
)

t.test('a weight that factors are added to is no module of its own', async t => {
  const saved = new Map([['embed.weight', 'base_model.model.embed.base_layer.weight']])
  const adapter = { checkpoint, modules: [module('embed', 4)], saved }
  const { modules_to_save } = JSON.parse(Buffer.from(adapterConfigFor(adapter)).toString())
  t.equal(modules_to_save, null)
})

t.test('biases and transposed weights are told', async t => {
  t.match(config([module('q', 4)]), {
    lora_bias: false,
    fan_in_fan_out: false,
    modules_to_save: null
  })
  t.match(config([module('q', 4, 1, { bias: 'x', fanInFanOut: true })]), {
    lora_bias: true,
    fan_in_fan_out: true
  })
})

t.test('an adapter without modules still has a rank', async t => {
  t.match(config([]), { r: 1, lora_alpha: 1, target_modules: [] })
})
