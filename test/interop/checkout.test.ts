import { join } from 'node:path'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { addConfiguration, startSoupNode } from './soup-node.ts'

const MODELS = [
  { dtype: 'bfloat16', tied: true },
  { dtype: 'bfloat16', tied: false },
  { dtype: 'float32', tied: true },
  { dtype: 'float32', tied: false }
]

const python = startPython()
t.teardown(() => python.close())

for (const { dtype, tied } of MODELS) {
  const kind = `${dtype} with ${tied ? 'tied' : 'untied'} embeddings`
  t.test(`a published expert in ${kind} is checked out as transformers wrote it`, async t => {
    const folder = t.testdir()
    const [base, expert] = await python.call<[string, string]>('write_models', {
      ...{ folder, dtype, tied, experts: 1 }
    })
    const node = await startSoupNode(folder)
    const id = await node.addBase(join(base, 'model.safetensors'))
    const published = await node.publish(join(expert, 'model.safetensors'), id)
    const out = join(folder, 'out')
    await node.run('checkout', published, '--out', out)

    t.same(await python.call('differing_tensors', { one: out, other: expert }), [])
    await addConfiguration(out, expert)
    const expected = await python.call<string>('logits', { path: expert })
    t.equal(await python.call('logits', { path: out }), expected)
    t.not(await python.call('logits', { path: base }), expected, 'the expert is no base')
  })
}
