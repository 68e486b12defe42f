import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildModel, type OnnxModel } from '@soup/onnx'
import t, { type Test } from 'tap'
import type { Model } from '../../src/model/model.ts'
import { openOnnx } from '../../src/onnx/open-onnx.ts'
import { requireSameGraph } from '../../src/onnx/require-same-graph.ts'
import { adding, floats, vector } from './fixtures.ts'

async function open(t: Test, path: string): Promise<Model> {
  const model = await openOnnx(path)
  t.teardown(() => model.close())
  return model
}

async function write(t: Test, folder: string, name: string, model: OnnxModel): Promise<Model> {
  writeFileSync(join(folder, name), buildModel(model))
  return await open(t, join(folder, name))
}

t.test('fine-tunes have the graph of their base, also under another name', async t => {
  const folder = t.testdir()
  const base = await write(t, folder, 'base.onnx', adding(floats('w', 1, 2)))
  const tuned = await write(t, folder, 'tuned.onnx', adding(floats('w', 3, 4)))
  await requireSameGraph(base, tuned)
})

t.test('a model may have its weights inside or beside it', async t => {
  const [raw, external] = [vector('raw.onnx'), vector('external.onnx')]
  await requireSameGraph(await open(t, raw), await open(t, external))
  const folder = t.testdir()
  for (const name of ['external.onnx', 'external.onnx.data']) {
    copyFileSync(vector(name), join(folder, name))
  }
  const copy = await open(t, join(folder, 'external.onnx'))
  await requireSameGraph(await open(t, external), copy)
})

t.test('graphs that differ are refused with the first difference', async t => {
  const folder = t.testdir()
  const model = adding(floats('w', 1, 2))
  const base = await write(t, folder, 'base.onnx', model)
  const cases: [OnnxModel, RegExp][] = [
    [adding(floats('w', 1)), /: its graph has "w" as FLOAT\[1\], expected FLOAT\[2\]$/],
    [{ ...model, opset: 19 }, /base\.onnx as the same exporter.* differs in model\.opsetImport 0$/],
    [
      { ...model, nodes: [{ ...model.nodes[0]!, op: 'Mul' }] },
      /its graph differs in graph\.node 0, "Add" called ""$/
    ]
  ]
  for (const [i, [other, message]] of cases.entries()) {
    const opened = await write(t, folder, `${i}.onnx`, other)
    await t.rejects(requireSameGraph(base, opened), { code: 'GRAPH_DIFFERS', message })
  }
})

t.test('a graph from a peer is parsed before it is compared', async t => {
  const base = await open(t, vector('raw.onnx'))
  const lie = {
    fileName: 'raw.onnx',
    sizeBytes: 3,
    sha256: 'other',
    read: async () => Buffer.from('lie')
  }
  const other = { ...base, files: new Map([['raw.onnx', lie]]) }
  await t.rejects(requireSameGraph(base, other), { code: 'ONNX_MALFORMED' })
})

t.test('a model without a graph is refused as one of another graph', async t => {
  const base = await open(t, vector('raw.onnx'))
  await t.rejects(requireSameGraph(base, { ...base, layout: { kind: 'file' } }), {
    code: 'GRAPH_DIFFERS',
    message: /it has no graph, and only an ONNX file goes with an ONNX base$/
  })
})

t.test('a base that is no ONNX model is the caller’s mistake', async t => {
  const base = await open(t, vector('raw.onnx'))
  await t.rejects(requireSameGraph({ ...base, files: new Map() }, base), TypeError)
})
