import { type Checkpoint, memoryCheckpoint, readFloats } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { type BuildSoupInit, buildSoup } from '../src/build-soup.ts'
import { MAX_EXPERTS } from '../src/limits.ts'
import { isAdapterMethod, METHODS, type MethodName } from '../src/methods.ts'
import { areNear, bytes, model, rows, simplex, unread, values } from './fixtures.ts'

const NAMES = (Object.keys(METHODS) as MethodName[]).filter(name => !isAdapterMethod(name))

/** What a method takes, of some experts that are the given checkpoints in turn. */
function init(method: MethodName, base: Checkpoint, list: readonly Checkpoint[]): BuildSoupInit {
  const { lambda, minExperts, maxExperts, takesFisher } = METHODS[method]
  const count = Math.max(minExperts, Math.min(3, maxExperts))
  const ingredients = Array.from({ length: count }, (_, i) => ({
    name: `e${i}`,
    checkpoint: list[i % list.length]!,
    ...(lambda === 'none' ? {} : { lambda: 1 / count })
  }))
  const fisher = takesFisher ? ingredients.map(({ checkpoint }) => ({ name: 'f', checkpoint })) : []
  return { method, base, ingredients, fisher }
}

for (const method of NAMES) {
  t.test(`${method} reads nothing until it is read, and gives the same bytes again`, async t => {
    const list = [model('a', [1, -2, 3]), model('b', [2, -1, 5]), model('c', [0.5, 0, 4])]
    const base = model('base', [1, -1, 4])
    buildSoup(init(method, unread(base), list.map(unread)))
    const soup = buildSoup(init(method, base, list))
    const first = await bytes(soup)
    t.equal(await bytes(soup), first)
    t.equal(await bytes(buildSoup(init(method, base, list))), first)
  })

  t.test(`${method} of experts that are the base is the base, bit for bit`, async t => {
    const base = model('base', [1, -0, 1e-40, Number.NaN, Infinity])
    t.equal(await bytes(buildSoup(init(method, base, [base]))), await bytes(base))
  })

  t.test(`${method} refuses experts of other tensors`, async t => {
    const soup = init(method, unread(model('base', [1])), [unread(model('e', [1, 2]))])
    t.throws(() => buildSoup(soup), { code: 'SOUP_MISMATCH' })
  })

  t.test(`${method} rounds to the dtype that is asked for`, async t => {
    const base = model('base', [1, 2])
    for (const dtype of ['BF16', 'F16', 'F64', 'F8_E4M3'] as const) {
      const soup = buildSoup({ ...init(method, base, [base]), dtype })
      t.equal(soup.tensors.get('x')?.dtype, dtype)
      t.strictSame(await values(soup), [1, 2])
    }
  })
}

t.test('a soup of linear soups is the linear soup of all within rounding', async t => {
  await fc.assert(
    fc.asyncProperty(rows(5), simplex(2), simplex(2), simplex(2), async (list, x, y, z) => {
      const [base, ...all] = list.map(row => model('m', row))
      const linear = (checkpoints: readonly Checkpoint[], lambda: readonly number[]) =>
        buildSoup({
          method: 'linear',
          base: base!,
          ingredients: checkpoints.map((checkpoint, i) => ({
            name: `e${i}`,
            checkpoint,
            lambda: lambda[i]!
          }))
        })
      const [one, two] = [linear(all.slice(0, 2), x), linear(all.slice(2), y)]
      const nested = await values(linear([one, two], z))
      const flat = [...x.map(part => part * z[0]!), ...y.map(part => part * z[1]!)]
      t.ok(areNear(nested, await values(linear(all, flat)), 1e-5))
      t.equal(await bytes(linear([one, two], [0, 1])), await bytes(two), 'one-hot: exactly')
    })
  )
})

t.test('operators nest, those that look at a tensor first too', async t => {
  const [base, a, b] = [model('base', [1, 2]), model('a', [2, 1]), model('b', [3, 4])]
  const inner = NAMES.map(method => buildSoup(init(method, base!, [a!, b!])))
  for (const method of NAMES) {
    const soup = buildSoup(init(method, base!, inner.slice(3, 6)))
    t.equal((await values(soup)).length, 2, method)
  }
})

t.test('λ for single tensors takes the place of the others', async t => {
  const make = (x: number, y: number) =>
    memoryCheckpoint({
      tensors: [
        { name: 'a.x', dtype: 'F32', shape: [1], data: Float32Array.of(x) },
        { name: 'b.x', dtype: 'F32', shape: [1], data: Float32Array.of(y) }
      ]
    })
  const soup = buildSoup({
    method: 'linear',
    base: make(0, 0),
    ingredients: [make(2, 2), make(4, 4)].map((checkpoint, i) => {
      return { name: `e${i}`, checkpoint, lambda: 0.5 }
    }),
    tensorLambda: [{ glob: 'b.*', lambda: [0, 1] }]
  })
  t.strictSame([...(await readFloats(soup, 'a.x')), ...(await readFloats(soup, 'b.x'))], [3, 4])
})

t.test('what a method does not take is refused, with the way out', async t => {
  const base = unread(model('base', [1]))
  const of = (method: MethodName, more: Partial<BuildSoupInit> = {}) => {
    return { ...init(method, base, [base]), ...more }
  }
  const expert = (lambda?: number) => ({ name: 'e', checkpoint: base, lambda })
  const cases: [BuildSoupInit, string, RegExp][] = [
    [{ ...of('linear'), method: 'mean' }, 'SOUP_METHOD', /"mean", expected one of linear, uniform/],
    [of('slerp', { ingredients: [expert(1)] }), 'SOUP_EXPERTS', /slerp mixes 2 experts, got 1/],
    [of('linear', { ingredients: [] }), 'SOUP_EXPERTS', /1 to 128 experts, got 0/],
    [
      of('median', { ingredients: Array(MAX_EXPERTS + 1).fill(expert()) }),
      'SOUP_EXPERTS',
      /got 129/
    ],
    [of('ties', { parameters: { seed: 1 } }), 'SOUP_PARAMETER', /"seed" isn't a parameter of ties/],
    [of('median', { ingredients: [expert(1)] }), 'SOUP_LAMBDA', /median takes no λ, got one of e/],
    [of('linear', { ingredients: [expert()] }), 'SOUP_LAMBDA', /takes a λ of each expert/],
    [of('linear', { ingredients: [expert(0.5)] }), 'SOUP_LAMBDA', /sum to 0.5/],
    [of('wise', { ingredients: [expert(1.5)] }), 'SOUP_LAMBDA', /task-arithmetic takes any/],
    [of('wise', { ingredients: [expert(Number.NaN)] }), 'SOUP_LAMBDA', /got NaN/],
    [of('slerp', { extrapolate: true }), 'SOUP_LAMBDA', /slerp can't extrapolate/],
    [of('task-arithmetic', { extrapolate: true }), 'SOUP_LAMBDA', /any λ .*leave out extrapolate/],
    [
      of('ties', { tensorLambda: [{ glob: '*', lambda: [1] }] }),
      'SOUP_LAMBDA',
      /no λ for single tensors: linear does/
    ],
    [
      of('linear', { tensorLambda: [{ glob: 'y', lambda: [1, 0, 0] }] }),
      'SOUP_GLOB',
      /decides about no float tensor/
    ],
    [of('linear', { fisher: [expert()] }), 'SOUP_FISHER', /linear takes no Fisher information/],
    [of('fisher', { fisher: [] }), 'SOUP_FISHER', /of each expert: 3, got 0/],
    [of('median', { dtype: 'I8' as never }), 'SOUP_DTYPE', /can't be rounded to I8/],
    [of('product'), 'SOUP_ADAPTERS', /product mixes adapters, and e0 is a whole model/]
  ]
  for (const [soup, code, message] of cases) t.throws(() => buildSoup(soup), { code, message })
})

t.test('task arithmetic takes any λ, ties and linear where extrapolation is asked for', async t => {
  const [base, expert] = [model('base', [1]), model('e', [2])]
  const of = (method: MethodName, extrapolate?: boolean) =>
    buildSoup({
      method,
      base,
      ingredients: [{ name: 'e', checkpoint: expert, lambda: -1 }],
      extrapolate
    })
  t.strictSame(await values(of('task-arithmetic')), [0])
  t.strictSame(await values(of('linear', true)), [0])
  t.throws(() => of('ties'), { code: 'SOUP_LAMBDA' })
  t.strictSame(await values(of('ties', true)), [2], 'its λ cancel out')
})
