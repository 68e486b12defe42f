import { join } from 'node:path'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { companionsOf, ingredientsOf, startSoupNode } from './soup-node.ts'

const [BF16, F32] = [{ dtype: 'bfloat16' }, { dtype: 'float32' }]

const CASES = [
  { title: 'of bf16 experts', model: BF16, lambda: [0.3, 0.5, 0.2] },
  { title: 'of f16 experts', model: { dtype: 'float16' }, lambda: [0.3, 0.5, 0.2] },
  { title: 'of f32 experts', model: F32, lambda: [0.3, 0.5, 0.2] },
  { title: 'with untied embeddings', model: { ...BF16, tied: false }, lambda: [0.3, 0.5, 0.2] },
  { title: 'of shards', model: { ...BF16, max_shard_size: '100KB' }, lambda: [0.3, 0.5, 0.2] },
  { title: 'in f32', model: BF16, lambda: [0.7, 0.1, 0.2], dtype: 'F32' },
  { title: 'in bf16', model: F32, lambda: [0.7, 0.1, 0.2], dtype: 'BF16' },
  { title: 'in f16', model: F32, lambda: [0.7, 0.1, 0.2], dtype: 'F16' },
  { title: 'in f64', model: F32, lambda: [0.7, 0.1, 0.2], dtype: 'F64' },
  { title: 'off the simplex', model: BF16, lambda: [1.5, -0.75, 0.5], options: ['--extrapolate'] },
  {
    title: 'in shards of another size',
    model: BF16,
    lambda: [0.3, 0.5, 0.2],
    options: ['--shard-size', '128KiB']
  },
  {
    title: 'of shards in one file',
    model: { ...BF16, max_shard_size: '100KB' },
    lambda: [0.3, 0.5, 0.2],
    options: ['--shard-size', '1GB']
  }
]

const TORCH_DTYPES: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16'
}

interface SoupError {
  worst: number
  changed: number
}

const python = startPython()
t.teardown(() => python.close())

for (const { title, model, lambda, dtype, options = [] } of CASES) {
  t.test(`a soup ${title} is torch's in f64, rounded`, async t => {
    const folder = t.testdir()
    const [base, ...experts] = await python.call<[string, ...string[]]>('write_models', {
      ...{ folder, tied: true, experts: 3 },
      ...model
    })
    const node = await startSoupNode(folder)
    const ids = await node.publishAll(experts, await node.addBase(base))
    const out = join(folder, 'out')
    const rounded = dtype === undefined ? [] : ['--dtype', dtype]
    await node.run('soup', ...ingredientsOf(ids, lambda), '--out', out, ...options, ...rounded)

    const { worst, changed } = await python.call<SoupError>('soup_error', {
      ...{ soup: out, base, experts, coefficients: lambda }
    })
    t.comment(`largest error: ${worst.toFixed(2)} of what rounding allows`)
    t.ok(worst <= 1, 'no element is off by more than rounding')
    t.ok(changed > 10_000, 'the soup is no base')
    await python.call('logits', { path: out }) // throws where the model doesn't load or gives NaN
    const expected = dtype === undefined ? model.dtype : TORCH_DTYPES[dtype]
    t.equal(
      await python.call('loaded_dtype', { path: out }),
      expected,
      'config.json tells its dtype'
    )
    if (dtype === undefined) t.same(await companionsOf(out), await companionsOf(base))
  })
}

t.test('a soup of experts that untie what the base ties has a head of its own', async t => {
  const folder = t.testdir()
  const [base, ...experts] = await python.call<[string, ...string[]]>('write_models', {
    ...{ folder, tied: true, unties: true, experts: 2, ...BF16 }
  })
  const node = await startSoupNode(folder)
  const ids = await node.publishAll(experts, await node.addBase(base))
  const out = join(folder, 'out')
  await node.run('soup', ...ingredientsOf(ids, [0.25, 0.75]), '--out', out)

  const { worst } = await python.call<SoupError>('soup_error', {
    ...{ soup: out, base, experts, coefficients: [0.25, 0.75], head: 'model.embed_tokens.weight' }
  })
  t.ok(worst <= 1, 'no element is off by more than rounding')
  await python.call('logits', { path: out })
  t.equal(await python.call('is_tied', { path: out }), false, 'config.json says so')
})
