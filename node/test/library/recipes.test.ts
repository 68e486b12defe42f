import type { ExpertRecord, SignedRecord } from '@soup/manifest'
import { signedBase, signedExpert } from '@soup/testing'
import t from 'tap'
import { findExpert } from '../../src/library/lookup.ts'
import {
  type DraftIngredient,
  draftRecipe,
  lossyExperts,
  soupModel
} from '../../src/library/recipes.ts'
import { kitchen, withNode } from '../run-cli.ts'

const at = await kitchen(t)

const mix = (experts: readonly SignedRecord<ExpertRecord>[], lambda: readonly number[]) =>
  experts.map((source, i) => ({ source, lambda: lambda[i]! }))

t.test('draftRecipe() holds nothing but what makes the soup', async t => {
  const { base } = (await signedBase(1)).record
  const experts = [await signedExpert(1, base), await signedExpert(2, base)]
  const plain = draftRecipe(mix(experts, [0.3, 0.7]))
  t.same(JSON.parse(JSON.stringify(plain)), {
    kind: 'recipe',
    v: 1,
    base,
    method: 'linear',
    ingredients: experts.map(({ id }, i) => ({ expert: id, lambda: [0.3, 0.7][i] }))
  })
  t.match(draftRecipe(mix(experts, [-1, 2]), { dtype: 'F16', extrapolate: true }), {
    dtype: 'F16',
    extrapolate: true
  })
})

t.test('draftRecipe() refuses experts of different bases', async t => {
  const [a, b] = [(await signedBase(1)).record.base, (await signedBase(2)).record.base]
  const experts = [await signedExpert(1, a), await signedExpert(2, b)]
  t.throws(() => draftRecipe(mix(experts, [0.5, 0.5])), {
    code: 'BASES_DIFFER',
    details: { bases: [a, b] }
  })
})

t.test('draftRecipe() refuses what no recipe file can hold, before anything is built', async t => {
  const { base } = (await signedBase(1)).record
  const experts = await Promise.all(Array.from({ length: 16 }, (_, i) => signedExpert(i, base)))
  const even = experts.map(() => 1 / 16)
  const rules = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ glob: `*.${i}.*`, lambda: even }))
  t.doesNotThrow(() => draftRecipe(mix(experts, even), { tensorLambda: rules(512) }))
  t.throws(() => draftRecipe(mix(experts, even), { tensorLambda: rules(1024) }), {
    code: 'RECIPE_INVALID',
    message: /at most 262144 characters/
  })
  let source: DraftIngredient['source'] = experts[0]!
  const nest = () => draftRecipe([{ source, lambda: 1 }])
  for (let depth = 1; depth <= 4; depth++) source = { ...nest(), sha256: '0'.repeat(64) }
  t.throws(nest, { code: 'RECIPE_INVALID', message: /at most 4 deep/ })
})

t.test('soupModel() says where every ingredient lies', async t => {
  await withNode(at, async node => {
    const experts = [await findExpert(node, at.one), await findExpert(node, at.two)]
    const recipe = draftRecipe(mix(experts, [0.25, 0.75]), { dtype: 'BF16' })
    t.match(await soupModel(node, recipe), {
      kind: 'soup',
      dtype: 'BF16',
      base: { kind: 'named', model: { kind: 'payload' } },
      ingredients: [
        { name: at.one, lambda: 0.25, model: { kind: 'expert' } },
        { name: at.two, lambda: 0.75, model: { kind: 'expert' } }
      ]
    })
  })
})

t.test('soupModel() refuses a recipe that it cannot follow', async t => {
  await withNode(at, async node => {
    const recipe = draftRecipe(mix([await findExpert(node, at.one)], [1]))
    await t.rejects(soupModel(node, { ...recipe, method: 'stew' }), {
      code: 'SOUP_METHOD',
      message: /stew.*linear/
    })
    const other = (await signedBase(1)).record.base
    await t.rejects(soupModel(node, { ...recipe, base: other }), {
      code: 'BASES_DIFFER',
      details: { id: at.one, base: other, got: at.base }
    })
    await t.rejects(soupModel(node, { ...recipe, dtype: 'I8' }), { message: /I8/ })
    const ingredients = [{ expert: (await signedExpert(9, other)).id, lambda: 1 }]
    await t.rejects(soupModel(node, { ...recipe, ingredients }), { code: 'NOT_FOUND' })
  })
})

t.test('lossyExperts() names experts that lost something, also in recipes of a recipe', async t => {
  const argv = ['publish', 'one.safetensors', '--base', at.base, '--reward', 'r', '--codec', 'int8']
  const { id } = await at.json<{ id: string }>(...argv)
  await withNode(at, async node => {
    const [exact, lossy] = [await findExpert(node, at.two), await findExpert(node, id)]
    const inner = draftRecipe(mix([exact, lossy], [0.5, 0.5]))
    const { loss } = lossy.record
    const expected = [{ id, codec: 'int8', loss }]
    t.same(await lossyExperts(node, inner), expected)
    const recipe = { ...inner, sha256: '0'.repeat(64) }
    const outer = draftRecipe([
      { source: recipe, lambda: 0.5 },
      { source: lossy, lambda: 0.5 }
    ])
    t.same(await lossyExperts(node, outer), expected, 'once each')
    t.same(await lossyExperts(node, draftRecipe(mix([exact], [1]))), [])
  })
})
