import { memoryCheckpoint, readFloats, readTensor } from '@soup/tensor'
import t from 'tap'
import { savedSoup } from '../../src/adapter/saved-soup.ts'
import { adapterOf, baseModel, ingredients } from './fixtures.ts'

const init = { ranks: {}, saves: ['norm.weight'] }
const [one, two, none] = [adapterOf(1, init), adapterOf(2, init), adapterOf(3, { ranks: {} })]
const keep = () => undefined

async function norm(soup: ReturnType<typeof savedSoup>): Promise<number[]> {
  return [...(await readFloats(soup, 'norm.weight'))]
}

t.test('a tensor can have coefficients of its own', async t => {
  const adapters = ingredients([one!, two!], [0.5, 0.5])
  const at = () => ingredients([one!, two!], [0, 1])
  const own = await readFloats(two!.checkpoint, 'base_model.model.norm.weight')
  t.strictSame(await norm(savedSoup({ base: undefined, adapters, at, dtype: keep })), [...own])
  const none = () => ingredients([one!, two!], [0, 0])
  t.equal(savedSoup({ base: baseModel(), adapters, at: none, dtype: keep }).tensors.size, 0)
})

t.test('an adapter that does not save a tensor counts as the base', async t => {
  const base = baseModel()
  const soup = savedSoup({ base, adapters: ingredients([one!, none!], [0.5, 0.5]), dtype: keep })
  t.strictSame([...soup.tensors.keys()], ['norm.weight'])
  const [before, own] = [
    await readFloats(base, 'norm.weight'),
    await readFloats(one!.checkpoint, 'base_model.model.norm.weight')
  ]
  t.strictSame(
    await norm(soup),
    [...before].map((value, i) =>
      Math.fround(value + Math.fround(0.5 * Math.fround(own[i]! - value)))
    )
  )
})

t.test('without a base all must save it and Σλ be 1', async t => {
  const soup = (adapters: Parameters<typeof ingredients>[0], lambda: number[]) =>
    savedSoup({ base: undefined, adapters: ingredients(adapters, lambda), dtype: keep })
  const wanted = await readFloats(one!.checkpoint, 'base_model.model.norm.weight')
  t.strictSame(await norm(soup([one!, two!], [1, 0])), [...wanted])
  t.throws(() => soup([one!, two!], [1, 1]), { code: 'SOUP_ADAPTERS', message: /don't sum to 1/ })
  t.throws(() => soup([one!, none!], [0.5, 0.5]), {
    code: 'SOUP_ADAPTERS',
    message: /not by expert 1/
  })
  t.strictSame([...soup([none!], [3]).tensors.keys()], [])
})

t.test(
  'tensors of different dtypes are mixed in F32, and rounded as they are asked for',
  async t => {
    const half = adapterOf(2, { ...init, savedDtype: 'BF16' })
    const base = baseModel('BF16')
    const dtypeOf = (soup: ReturnType<typeof savedSoup>) => soup.tensors.get('norm.weight')!.dtype
    const mixed = ingredients([one!, half], [0.5, 0.5])
    t.equal(dtypeOf(savedSoup({ base: undefined, adapters: mixed, dtype: keep })), 'F32')
    t.equal(dtypeOf(savedSoup({ base, adapters: mixed, dtype: () => 'BF16' })), 'BF16')
    t.equal(dtypeOf(savedSoup({ base, adapters: ingredients([half], [1]), dtype: keep })), 'BF16')
    const hot = savedSoup({ base, adapters: ingredients([one!], [1]), dtype: keep })
    const name = 'base_model.model.norm.weight'
    t.strictSame(await readTensor(hot, 'norm.weight'), await readTensor(one!.checkpoint, name))
  }
)

t.test('shapes that differ, and unknown names, are refused', async t => {
  const other = memoryCheckpoint({
    name: 'o',
    tensors: [{ name: 'n', dtype: 'F32', shape: [2], data: new Float32Array(2) }]
  })
  const short = { checkpoint: other, modules: [], saved: new Map([['norm.weight', 'n']]) }
  const adapters = ingredients([one!, short], [0.5, 0.5])
  t.throws(() => savedSoup({ base: undefined, adapters, dtype: keep }), { code: 'SOUP_MISMATCH' })
  const soup = savedSoup({ base: undefined, adapters: [], dtype: keep })
  t.throws(() => soup.open('norm.weight'), RangeError)
})
