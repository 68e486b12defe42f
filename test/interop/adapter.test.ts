import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startPython } from './python-worker.ts'
import { companionsOf, ingredientsOf, type SoupNode, startSoupNode } from './soup-node.ts'

const KINDS = [
  'lora',
  'rslora',
  'patterns',
  'saved modules',
  'biases',
  'embeddings',
  'transposed weights'
]

const python = startPython()
t.teardown(() => python.close())

/** A base, adapters of one kind over it, and a node that has the base. */
interface Kitchen {
  folder: string
  base: string
  adapters: string[]
  node: SoupNode
  baseId: string
}

async function kitchen(t: Test, kind: string, count: number): Promise<Kitchen> {
  const folder = t.testdir()
  const [base] = await python.call<[string]>('write_models', {
    ...{ folder, dtype: 'float32', tied: false, experts: 0 },
    family: kind === 'transposed weights' ? 'gpt2' : 'llama'
  })
  const adapters = Array.from({ length: count }, (_, i) => join(folder, `adapter-${i}`))
  for (const [seed, path] of adapters.entries()) {
    await python.call('write_adapter', { base, path, kind, seed })
  }
  const node = await startSoupNode(folder)
  return { folder, base, adapters, node, baseId: await node.addBase(base) }
}

for (const kind of KINDS) {
  t.test(`an adapter (${kind}) is published as it is and checked out bit for bit`, async t => {
    const { folder, base, adapters, node, baseId } = await kitchen(t, kind, 1)
    const adapter = adapters[0]!
    const { id, codec } = await node.publish(adapter, baseId)
    t.equal(codec, 'lora')
    const out = join(folder, 'out')
    await node.run('checkout', id, '--out', out)

    t.same(await python.call('differing_tensors', { one: out, other: adapter }), [])
    t.same(await companionsOf(out), await companionsOf(adapter))
    const expected = await python.call<string>('adapter_logits', { base, path: adapter })
    t.equal(await python.call('adapter_logits', { base, path: out }), expected)
  })

  t.test(`what PEFT merges (${kind}) is published and checked out bit for bit`, async t => {
    const { folder, base, adapters, node, baseId } = await kitchen(t, kind, 1)
    const [merged, out] = [join(folder, 'merged'), join(folder, 'out')]
    await python.call('merge_adapter', { base, path: adapters[0], out: merged })
    const { id } = await node.publish(merged, baseId, '--any-tokenizer') // PEFT writes none
    await node.run('checkout', id, '--out', out)

    t.same(await python.call('differing_tensors', { one: out, other: merged }), [])
    t.same(await companionsOf(out), await companionsOf(merged))
    const expected = await python.call<string>('logits', { path: merged })
    t.equal(await python.call('logits', { path: out }), expected)
  })

  t.test(`soups of adapters (${kind}) are to PEFT what they should be`, async t => {
    const { folder, base, adapters, node, baseId } = await kitchen(t, kind, 3)
    const ids = await node.publishAll(adapters, baseId)
    const coefficients = [0.3, 0.5, 0.2]
    const mixed = { base, adapters, coefficients }
    const cook = async (name: string, ...options: string[]) => {
      const soup = join(folder, name)
      const run = await node.run<{ relativeError?: number }>(
        ...['soup', ...ingredientsOf(ids, coefficients), '--out', soup, ...options]
      )
      return { soup, ...run }
    }

    const product = await cook('product', '--method', 'product')
    const error = await python.call<number>('product_error', { ...mixed, soup: product.soup })
    t.comment(`product: off by ${error.toFixed(3)} of what rounding factors to f32 allows`)
    t.ok(error <= 1, 'the product adds Σ λᵢΔWᵢ')

    const rank = 5
    const cut = await cook('cut', '--method', 'product', '--set', `rank=${rank}`)
    const excess = await python.call<number>('truncation_excess', {
      ...{ ...mixed, soup: cut.soup, rank }
    })
    t.comment(`cut to rank ${rank}: ${excess.toFixed(6)} × the least error that this rank allows`)
    t.ok(excess <= 1 + 1e-4, 'no adapter of this rank is nearer')

    const factors = await cook('factors', '--method', 'factors')
    const off = await python.call<number>('factor_error', { ...mixed, soup: factors.soup })
    t.comment(`factors: off by ${off.toFixed(3)} of what rounding factors to f32 allows`)
    t.ok(off <= 1, 'the factors are the means of the factors')

    const dense = await cook('dense')
    const worst = await python.call<number>('dense_error', { ...mixed, soup: dense.soup })
    t.comment(`over the base: largest error ${worst.toFixed(2)} of what rounding allows`)
    t.ok(worst <= 1, 'over the base it is the soup of what PEFT merges')
    await python.call('logits', { path: dense.soup })
  })
}

// Of rsLoRA adapters PEFT's own is scaled wrongly, of saved modules and biases it makes none.
for (const kind of ['lora', 'patterns', 'embeddings']) {
  t.test(`the product of adapters (${kind}) is PEFT's cat`, async t => {
    const { folder, base, adapters, node, baseId } = await kitchen(t, kind, 2)
    const ids = await node.publishAll(adapters, baseId)
    const [coefficients, soup] = [[0.25, 0.75], join(folder, 'soup')]
    await node.run(
      ...['soup', ...ingredientsOf(ids, coefficients), '--out', soup, '--method', 'product']
    )
    const apart = await python.call<number>('cat_error', { base, adapters, coefficients, soup })
    t.comment(`apart ${apart.toFixed(3)} of what rounding factors to f32 allows`)
    t.ok(apart <= 1)
  })
}

for (const [family, count] of [
  ['llama', 14],
  ['gpt2', 8]
] as const) {
  t.test(
    `an adapter that is extracted from a fine-tune (${family}) loads in PEFT, nearly optimal`,
    async t => {
      const folder = t.testdir()
      const [base, expert] = await python.call<[string, string]>('write_models', {
        ...{ folder, dtype: 'float32', tied: false, experts: 1, family }
      })
      const node = await startSoupNode(folder)
      const rank = 8
      const { id, loss } = await node.publish(
        ...([expert, await node.addBase(base), '--codec', 'lora', '--rank', `${rank}`] as const)
      )
      const adapter = join(folder, 'out')
      await node.run('checkout', id, '--out', adapter, '--lossy')

      const { error, excess, matrices } = await python.call<{
        error: number
        excess: number
        matrices: number
      }>('extraction_error', { base, expert, adapter, rank })
      t.equal(matrices, count, 'every linear weight of both layers has factors')
      t.comment(`error ${error.toFixed(4)}; ${excess.toFixed(4)} × the least that this rank allows`)
      t.ok(excess <= 1.03, 'a random sketch comes near the best, even of noise without low rank')
      t.ok(Math.abs(loss!.relativeError - error) <= 1e-5, 'publish told this error')
    }
  )
}
