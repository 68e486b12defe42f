import { readFile } from 'node:fs/promises'
import t from 'tap'
import { MAX_GRAPH_BYTES, OnnxError, parseGraph, scanModel } from '../src/index.ts'
import { encodeGraph } from '../src/model-graph.ts'
import { damaged, externalData, field, initializer, integer, model, source } from './fixtures.ts'

const vector = async (name: string) => {
  const file = await readFile(new URL(`vectors/${name}`, import.meta.url))
  return (await scanModel(source(file))).graph
}

t.test('parseGraph() reads what scanModel() gives, and gives it again', async t => {
  for (const name of ['raw.onnx', 'external.onnx', 'scale.onnx']) {
    const bytes = await vector(name)
    t.same(encodeGraph(parseGraph(name, bytes)), bytes)
  }
})

t.test('parseGraph() refuses a graph that has data or names a file', async t => {
  const odd = [
    initializer(field(9, 'abcd')),
    initializer(field(4, 'abcd')),
    initializer(externalData({ location: 'f' })),
    field(5, integer(1, 0), integer(2, 1), field(8, 'w'), field(9, ''))
  ]
  for (const tensor of odd) {
    t.throws(() => parseGraph('g', model(tensor)), {
      code: 'ONNX_MALFORMED',
      message: 'g: part 0 of the graph, initializer "w": has data, where a graph has none'
    })
  }
})

t.test('parseGraph() refuses a graph past the limit', async t => {
  const bytes = new Uint8Array(MAX_GRAPH_BYTES + 1)
  t.throws(() => parseGraph('g', bytes), { code: 'ONNX_LIMIT' })
})

t.test('parseGraph() of any damaged graph either reads it or throws OnnxError', async t => {
  let read = 0
  for (const bytes of damaged(await vector('external.onnx'), 2000)) {
    try {
      encodeGraph(parseGraph('g', bytes))
      read++
    } catch (error) {
      if (!(error instanceof OnnxError)) throw error
    }
  }
  t.ok(read > 100, `${read} damaged graphs are graphs still`)
})
