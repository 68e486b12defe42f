import { memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { checkedTerms, soupModule, withSaved } from '../../src/adapter/adapter-soup.ts'
import { adapterOf, baseModel, ingredients } from './fixtures.ts'

const adapter = adapterOf(1, {
  ranks: { layer: 2, embed: 1 },
  hasBias: true,
  saves: ['norm.weight']
})
const adapters = ingredients([adapter], [1])

t.test('λ and adapters are checked, against a base if there is one', async t => {
  t.strictSame([...checkedTerms({ adapters }).keys()], ['layer.weight', 'embed.weight'])
  t.throws(() => checkedTerms({ adapters: ingredients([adapter], [2]) }), { code: 'SOUP_LAMBDA' })
  t.equal(checkedTerms({ adapters: ingredients([adapter], [2]), extrapolate: true }).size, 2)
  t.equal(checkedTerms({ adapters, base: baseModel() }).size, 2)
  const empty = memoryCheckpoint({ name: 'empty', tensors: [] })
  t.throws(() => checkedTerms({ adapters, base: empty }), { code: 'ADAPTER_MISMATCH' })
})

t.test('a module cannot have factors and be saved whole, in one adapter or in two', async t => {
  const saver = adapterOf(50, { ranks: { embed: 1 }, saves: ['layer.weight'] })
  const message = /layer.weight is saved whole by expert 1, and has factors beside it in expert 0/
  const both = { adapters: ingredients([adapter, saver], [0.5, 0.5]), base: baseModel() }
  t.throws(() => checkedTerms(both), { code: 'SOUP_ADAPTERS', message })
  t.equal(checkedTerms({ adapters: ingredients([adapter, saver], [1, 0]) }).size, 2)
})

t.test('a module of a soup has scaling 1, and a bias where a term has one', async t => {
  const [layer, embed] = [...checkedTerms({ adapters }).values()]
  t.match(soupModule(layer!, 5), { rank: 5, scaling: 1, bias: adapter.modules[0]!.bias })
  t.equal(soupModule(embed!, 5).bias, undefined)
})

t.test('saved tensors lie beside the factors under the names that PEFT gives them', async t => {
  const factors = memoryCheckpoint({ tensors: [] })
  const { checkpoint, saved } = withSaved({ adapters }, factors, [])
  t.strictSame([...checkpoint.tensors.keys()], ['base_model.model.norm.weight'])
  t.strictSame([...saved], [['norm.weight', 'base_model.model.norm.weight']])
})

t.test('a weight that factors are added to stays beside them', async t => {
  const list = [1, 9].map(seed => adapterOf(seed, { ranks: { embed: 1 }, saves: ['embed.weight'] }))
  const init = { adapters: ingredients(list, [0.5, 0.5]) }
  const [terms] = [...checkedTerms(init).values()]
  const { saved } = withSaved(init, memoryCheckpoint({ tensors: [] }), [soupModule(terms!, 2)])
  t.strictSame([...saved], [['embed.weight', 'base_model.model.embed.base_layer.weight']])
})
