import {
  MAX_RECIPE_DEPTH,
  MAX_RECIPE_LENGTH,
  parseRecipe,
  type RecipeRecord,
  recipeId,
  serializeRecipe,
  signRecord
} from '@soup/manifest'
import fc from 'fast-check'
import t from 'tap'
import { base, expert, key, recipe, soupOfSoups } from './fixtures.ts'

t.test('a recipe file reads back as the same recipe', async t => {
  t.same(parseRecipe(serializeRecipe(recipe)), recipe)
  t.same(parseRecipe(serializeRecipe(soupOfSoups)), soupOfSoups)
  t.ok(serializeRecipe(recipe).endsWith('}\n'))
})

t.test('recipeId() is the id of the signed record', async t => {
  t.equal(recipeId(recipe), (await signRecord(recipe, await key(7))).id)
})

t.test('any λ round-trips to the same id', async t => {
  const lambda = fc.double({ noNaN: true, noDefaultInfinity: true }).filter(x => !Object.is(x, -0))
  const roundTrips = (first: number, second: number): boolean => {
    const mixed: RecipeRecord = {
      ...recipe,
      ingredients: [
        { expert: expert.result, lambda: first },
        { expert: base.base, lambda: second }
      ]
    }
    const read = parseRecipe(serializeRecipe(mixed))
    return read.ingredients[0]!.lambda === first && recipeId(read) === recipeId(mixed)
  }
  t.doesNotThrow(() => fc.assert(fc.property(lambda, lambda, roundTrips), { numRuns: 1000 }))
})

t.test('the spelling of a number does not change the id', async t => {
  const one = serializeRecipe(recipe)
  t.match(one, '"lambda": 1\n')
  for (const spelling of ['1.0', '10e-1', '1.00000000000000001']) {
    const other = one.replace('"lambda": 1\n', `"lambda": ${spelling}\n`)
    t.equal(recipeId(parseRecipe(other)), recipeId(recipe))
  }
})

t.test(
  'the order of the fields does not change the id, the order of the ingredients does',
  async t => {
    const turned = Object.fromEntries(Object.entries(recipe).toReversed())
    t.equal(recipeId(parseRecipe(JSON.stringify(turned))), recipeId(recipe))
    const ingredients = recipe.ingredients.toReversed()
    t.not(recipeId({ ...recipe, ingredients }), recipeId(recipe))
  }
)

t.test('a recipe file that is not one is refused, naming the field', async t => {
  const one = recipe.ingredients[0]!
  const cases: [field: string, value: unknown][] = [
    ['kind', { ...recipe, kind: 'base' }],
    ['v', { ...recipe, v: 2 }],
    ['base', { ...recipe, base: 'bafy' }],
    ['density', { ...recipe, density: 0.5 }],
    ['ingredients[0]', { ...recipe, ingredients: [{ ...one, weight: 1 }] }],
    ['ingredients[0].expert', { ...recipe, ingredients: [{ expert: 'x', lambda: 1 }] }],
    ['ingredients[0].lambda', { ...recipe, ingredients: [{ ...one, lambda: '0.5' }] }],
    ['ingredients', { ...recipe, ingredients: {} }],
    ['extrapolate', { ...recipe, extrapolate: 1 }],
    ['parameters', { ...recipe, parameters: [1] }],
    ['parameters.density', { ...recipe, parameters: { density: '1' } }],
    ['tensorLambda', { ...recipe, tensorLambda: [] }],
    ['fisher[0]', { ...recipe, fisher: ['x'] }],
    ['sha256', { ...recipe, sha256: 'x' }],
    ['', []],
    ['', 'soup']
  ]
  for (const [field, value] of cases) {
    const text = JSON.stringify(value)
    t.throws(() => parseRecipe(text), { code: 'RECIPE_INVALID', details: { field } }, text)
  }
})

t.test('-0, numbers beyond doubles, no JSON and long files are refused', async t => {
  const text = serializeRecipe(recipe)
  const wrong = [
    text.replace('"lambda": 1\n', '"lambda": -0\n'),
    text.replace('"lambda": 1\n', '"lambda": 1e999\n'),
    text.slice(0, -3),
    '',
    '['.repeat(10_000),
    ' '.repeat(MAX_RECIPE_LENGTH) + text
  ]
  for (const one of wrong) {
    t.throws(() => parseRecipe(one), { code: 'RECIPE_INVALID' })
  }
  const minusZero = [{ expert: base.base, lambda: -0 }]
  t.throws(() => serializeRecipe({ ...recipe, ingredients: minusZero }), { code: 'RECIPE_INVALID' })
  t.throws(() => recipeId({ ...recipe, ingredients: minusZero }), { code: 'RECIPE_INVALID' })
})

t.test('an ingredient is either an expert or the soup of a recipe over the same base', async t => {
  const other = { ...recipe, base: expert.result }
  const wrong: [expected: RegExp, changed: Partial<RecipeRecord>][] = [
    [/either/, { ingredients: [{ lambda: 1 }] }],
    [/either/, { ingredients: [{ expert: base.base, recipe, lambda: 1 }] }],
    [/the same base/, { ingredients: [{ recipe: other }] }],
    [/at most once/, { ingredients: [{ recipe }, { recipe }] }],
    [/as many entries/, { fisher: [recipe.sha256] }],
    [/as many entries/, { tensorLambda: [{ glob: '*', lambda: [1] }] }],
    [/at most 1024 bytes/, { tensorLambda: [{ glob: '*'.repeat(1025), lambda: [0.5, -1] }] }]
  ]
  for (const [message, changed] of wrong) {
    const text = JSON.stringify({ ...soupOfSoups, ...changed })
    t.throws(() => parseRecipe(text), { code: 'RECIPE_INVALID', message }, text)
  }
})

t.test('recipes within recipes have a limit, and no file leads deeper', async t => {
  const within = (one: RecipeRecord): RecipeRecord => {
    return { ...recipe, ingredients: [{ recipe: one, lambda: 1 }] }
  }
  let deep = recipe
  for (let depth = 1; depth < MAX_RECIPE_DEPTH; depth++) deep = within(deep)
  t.same(parseRecipe(serializeRecipe(deep)), deep)
  t.throws(() => serializeRecipe(within(deep)), { message: /at most 4 deep/ })
  for (let depth = 0; depth < 200; depth++) deep = within(deep)
  t.throws(() => parseRecipe(JSON.stringify(deep)), { message: /levels of lists/ })
})
