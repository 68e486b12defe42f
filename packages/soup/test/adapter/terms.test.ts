import t from 'tap'
import {
  biasTerms,
  moduleTerms,
  sizesOf,
  stackA,
  stackB,
  sumBiases,
  totalRank
} from '../../src/adapter/terms.ts'
import { adapterOf, ingredients, withValues } from './fixtures.ts'

const first = adapterOf(1, { ranks: { layer: 2 }, hasBias: true })
const second = adapterOf(31, { ranks: { layer: 1, head: 1 }, scaling: 0.5 })

t.test('terms are gathered by weight, in the order of the adapters, without λ = 0', async t => {
  const terms = moduleTerms(ingredients([first, second], [0.5, 2]))
  t.strictSame([...terms.keys()], ['layer.weight', 'head.weight'])
  const layer = terms.get('layer.weight')!
  t.strictSame(
    layer.map(({ coefficient }) => coefficient),
    [1, 1]
  )
  t.strictSame([totalRank(layer), sizesOf(layer[0]!)], [3, { inner: 5, outer: 7 }])
  t.strictSame([...moduleTerms(ingredients([first, second], [0.5, 0])).keys()], ['layer.weight'])
})

t.test('each tensor can have coefficients of its own', async t => {
  const adapters = ingredients([first, second], [0.5, 0.5])
  const at = (tensor: string) =>
    ingredients([first, second], tensor === 'layer.weight' ? [0, 2] : [3, 0])
  const terms = moduleTerms(adapters, at)
  t.strictSame(
    [...terms].map(([name, list]) => [name, list.map(({ coefficient }) => coefficient)]),
    [['layer.weight', [1]]]
  )
  const biases = biasTerms(adapters, at)
  t.strictSame([...biases.keys()], ['layer.bias'])
  t.equal(biases.get('layer.bias')![0]!.coefficient, 6)
})

t.test('factors are stacked, those of B scaled, row by row', async t => {
  const terms = moduleTerms(ingredients([first, second], [1, 4])).get('layer.weight')!
  const [a, b] = [await stackA(terms), await stackB(terms)]
  t.strictSame([a.rows, a.columns, b.rows, b.columns], [3, 5, 7, 3])
  const scaled = await stackB(terms.map(term => ({ ...term, coefficient: 1 })))
  t.ok(b.values.every((value, i) => value === 2 * scaled.values[i]!))
  t.strictSame(a.values.subarray(10), (await stackA([terms[1]!])).values)
  const column = b.values.filter((_, i) => i % 3 === 2)
  t.strictSame(column, (await stackB([terms[1]!])).values)
})

t.test('terms without a bias add nothing to their sum', async t => {
  const terms = moduleTerms(ingredients([first, second], [1, 4])).get('layer.weight')!
  t.strictSame(await sumBiases(terms), await sumBiases([terms[0]!]))
  t.strictSame([...(await sumBiases([terms[1]!]))], [0, 0, 0, 0, 0, 0, 0])
})

t.test('a computed NaN is the positive quiet one, whatever the processor makes of it', async t => {
  const { b, bias } = first.modules[0]!
  const bits = ({ buffer }: Float32Array) => new Set(new Uint32Array(buffer as ArrayBuffer))
  const both = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const adapters = both.map(value => withValues(first, bias!, [value]))
  const terms = moduleTerms(ingredients(adapters, [0.5, 0.5])).get('layer.weight')!
  t.strictSame(bits(await sumBiases(terms)), new Set([0x7fc00000]))
  const infinite = moduleTerms(ingredients([withValues(first, b, both)], [1])).get('layer.weight')!
  const { values } = await stackB(infinite.map(term => ({ ...term, coefficient: 0 })))
  t.strictSame(bits(values), new Set([0x7fc00000]))
})

t.test('adapters that fill the memory only together are refused together', async t => {
  const huge = (seed: number) => {
    const adapter = adapterOf(seed, { ranks: { layer: 1 } })
    const { a } = adapter.modules[0]!
    const tensors = new Map(adapter.checkpoint.tensors)
    tensors.set(a, { ...tensors.get(a)!, shape: [1, 2 ** 25] })
    return { ...adapter, checkpoint: { ...adapter.checkpoint, tensors } }
  }
  const adapters = [huge(1), huge(2)]
  t.equal(moduleTerms(ingredients(adapters, [1, 0])).size, 1)
  t.throws(() => moduleTerms(ingredients(adapters, [0.5, 0.5])), { code: 'ADAPTER_TOO_LARGE' })
})
