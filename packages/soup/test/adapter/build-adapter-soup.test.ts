import { memorySpool } from '@soup/tensor'
import t from 'tap'
import {
  type BuildAdapterSoupInit,
  buildAdapterSoup
} from '../../src/adapter/build-adapter-soup.ts'
import { factorSoup } from '../../src/adapter/factor-soup.ts'
import { productSoup } from '../../src/adapter/product-soup.ts'
import { truncatedSoup } from '../../src/adapter/truncated-soup.ts'
import { MAX_EXPERTS } from '../../src/limits.ts'
import { adapterOf, allBytes, baseModel, ingredients } from './fixtures.ts'

const [first, second] = [1, 31].map(seed => adapterOf(seed, { ranks: { layer: 2, conv: 1 } }))
const adapters = ingredients([first!, second!], [0.25, 0.75])

t.test('each method is its operator', async t => {
  const product = await buildAdapterSoup({
    method: 'product',
    ingredients: adapters,
    dtype: 'BF16'
  })
  t.equal(product.relativeError, undefined)
  t.strictSame(
    await allBytes(product.adapter.checkpoint),
    await allBytes(productSoup({ adapters, dtype: 'BF16' }).checkpoint)
  )
  const factors = await buildAdapterSoup({ method: 'factors', ingredients: adapters })
  t.strictSame(
    await allBytes(factors.adapter.checkpoint),
    await allBytes(factorSoup({ adapters }).checkpoint)
  )
})

t.test('a rank cuts the product into the spool, with its error and progress', async t => {
  let steps = 0
  const cut = await buildAdapterSoup(
    { method: 'product', ingredients: adapters, parameters: { rank: 1 } },
    { spool: memorySpool(), onProgress: () => steps++ }
  )
  const expected = await truncatedSoup({ adapters, rank: 1 }, memorySpool())
  t.strictSame(await allBytes(cut.adapter.checkpoint), await allBytes(expected.adapter.checkpoint))
  t.equal(cut.relativeError, expected.relativeError)
  t.equal(steps, 3)
})

t.test('what a method does not take is refused as for whole models', async t => {
  const of = (more: Partial<BuildAdapterSoupInit>): BuildAdapterSoupInit => {
    return { method: 'product', ingredients: adapters, ...more }
  }
  const [{ name, adapter }] = adapters as [(typeof adapters)[0]]
  const whole = { name: 'w', lambda: 1, checkpoint: baseModel() }
  const many = Array.from({ length: MAX_EXPERTS + 1 }, () => ({ name, adapter, lambda: 0 }))
  const cases: [Partial<BuildAdapterSoupInit>, string, RegExp][] = [
    [{ method: 'stew' }, 'SOUP_METHOD', /"stew".*product, factors/],
    [{ ingredients: many }, 'SOUP_EXPERTS', /product mixes 1 to 128 experts, got 129/],
    [{ method: 'factors', ingredients: many }, 'SOUP_EXPERTS', /factors mixes/],
    [{ ingredients: [] }, 'SOUP_EXPERTS', /got 0/],
    [{ ingredients: [{ name, adapter }] }, 'SOUP_LAMBDA', /takes a λ of each expert, got none of/],
    [{ ingredients: [{ name, adapter, lambda: 0.5 }] }, 'SOUP_LAMBDA', /sum to 0.5/],
    [{ ingredients: [whole] }, 'SOUP_ADAPTERS', /mixes adapters, and w is a whole model: linear/],
    [{ parameters: { density: 1 } }, 'SOUP_PARAMETER', /"density" isn't a parameter of product/],
    [{ parameters: { rank: 0 } }, 'SOUP_PARAMETER', /"rank" is 0/],
    [{ tensorLambda: [{ glob: '*', lambda: [1, 0] }] }, 'SOUP_LAMBDA', /linear does/],
    [{ fisher: ['f'] }, 'SOUP_FISHER', /takes no Fisher information/]
  ]
  for (const [more, code, message] of cases) {
    await t.rejects(buildAdapterSoup(of(more)), { code, message })
  }
  await t.rejects(buildAdapterSoup(of({ parameters: { rank: 1 } })), RangeError, 'without a spool')
  await t.rejects(buildAdapterSoup(of({ method: 'linear' })), RangeError)
})
