import { join } from 'node:path'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { companionsOf, startSoupNode } from './soup-node.ts'

const MODELS = [
  { title: 'bf16 with tied embeddings', dtype: 'bfloat16', tied: true },
  { title: 'bf16 with untied embeddings', dtype: 'bfloat16', tied: false },
  { title: 'f16 with tied embeddings', dtype: 'float16', tied: true },
  { title: 'f32 with tied embeddings', dtype: 'float32', tied: true },
  { title: 'f32 with untied embeddings', dtype: 'float32', tied: false },
  { title: 'bf16 in shards', dtype: 'bfloat16', tied: false, max_shard_size: '100KB' },
  { title: 'bf16 that unties what the base ties', dtype: 'bfloat16', tied: true, unties: true }
]

const python = startPython()
t.teardown(() => python.close())

for (const { title, ...model } of MODELS) {
  t.test(`a published expert in ${title} is checked out as transformers wrote it`, async t => {
    const folder = t.testdir()
    const [base, expert] = await python.call<[string, string]>('write_models', {
      ...{ folder, experts: 1 },
      ...model
    })
    const node = await startSoupNode(folder)
    const { id, codec } = await node.publish(expert, await node.addBase(base))
    t.equal(codec, 'exact')
    const out = join(folder, 'out')
    await node.run('checkout', id, '--out', out)

    t.same(await python.call('differing_tensors', { one: out, other: expert }), [])
    t.same(await companionsOf(out), await companionsOf(expert))
    const expected = await python.call<string>('logits', { path: expert })
    t.equal(await python.call('logits', { path: out }), expected)
    t.not(await python.call('logits', { path: base }), expected, 'the expert is no base')
  })
}
