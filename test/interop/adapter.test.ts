import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSink, fileSource, openSafetensors, writeSafetensors } from '@soup/tensor'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { addConfiguration, startSoupNode } from './soup-node.ts'

const KINDS = ['lora', 'rslora', 'patterns', 'saved modules', 'biases', 'embeddings']

const python = startPython()
t.teardown(() => python.close())

for (const kind of KINDS) {
  t.test(`an adapter (${kind}) that we write is to PEFT the one that we read`, async t => {
    const folder = t.testdir()
    const [base] = await python.call<string[]>('write_models', {
      ...{ folder, dtype: 'float32', tied: false, experts: 0 }
    })
    const [adapter, copy] = [join(folder, 'adapter'), join(folder, 'copy')]
    await python.call('write_adapter', { base, path: adapter, kind, seed: 3 })
    await mkdir(copy)
    await copyFile(join(adapter, 'adapter_config.json'), join(copy, 'adapter_config.json'))
    const file = 'adapter_model.safetensors'
    const checkpoint = await openSafetensors(await fileSource(join(adapter, file)))
    await writeSafetensors(checkpoint, await fileSink(join(copy, file)))
    await checkpoint.close()

    const expected = await python.call<string>('adapter_logits', { base, path: adapter })
    t.equal(await python.call('adapter_logits', { base, path: copy }), expected)
  })

  t.test(`what PEFT merges (${kind}) is published and checked out bit for bit`, async t => {
    const folder = t.testdir()
    const [base] = await python.call<string[]>('write_models', {
      ...{ folder, dtype: 'float32', tied: false, experts: 0 }
    })
    const [adapter, merged] = [join(folder, 'adapter'), join(folder, 'merged')]
    await python.call('write_adapter', { base, path: adapter, kind, seed: 4 })
    await python.call('merge_adapter', { base, path: adapter, out: merged })
    const node = await startSoupNode(folder)
    const id = await node.addBase(join(base!, 'model.safetensors'))
    const expert = await node.publish(join(merged, 'model.safetensors'), id)
    const out = join(folder, 'out')
    await node.run('checkout', expert, '--out', out)

    t.same(await python.call('differing_tensors', { one: out, other: merged }), [])
    await addConfiguration(out, merged)
    const expected = await python.call<string>('logits', { path: merged })
    t.equal(await python.call('logits', { path: out }), expected)
  })
}
