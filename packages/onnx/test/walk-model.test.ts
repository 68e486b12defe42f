import t from 'tap'
import { readBuffer } from '../src/reading.ts'
import { walkModel } from '../src/walk-model.ts'
import { Window } from '../src/window.ts'
import { externalData, field, initializer, integer, model } from './fixtures.ts'

function walk(bytes: Uint8Array) {
  const file = { name: 'm.onnx', sizeBytes: bytes.length }
  return readBuffer(bytes, walkModel(new Window(bytes.length), file))
}
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })
const unsupported = (message: RegExp) => ({ code: 'ONNX_UNSUPPORTED', message })
const away = externalData({ location: 'f' })

t.test('walkModel() parts initializers from all else, and keeps that as it is', async t => {
  const node = field(1, field(4, 'Op'))
  const future = field(90, 'x')
  const { graph, tensors } = walk(
    Buffer.concat([
      field(2, 'tool'),
      field(7, node, initializer(field(9, 'abcd')), future, field(12, 'o')),
      field(25, field(1, 'f'))
    ])
  )
  t.equal(Buffer.compare(graph.head, field(2, 'tool')), 0)
  t.equal(Buffer.compare(graph.tail, field(25, field(1, 'f'))), 0)
  const [before, header, after, ...others] = graph.parts
  t.equal(Buffer.compare(before as Uint8Array, node), 0)
  t.match(header, { name: 'w', type: 'FLOAT', sizeBytes: 4 })
  t.equal(Buffer.compare(after as Uint8Array, Buffer.concat([future, field(12, 'o')])), 0)
  t.same(others, [])
  t.same(
    tensors.map(tensor => [tensor.header, tensor.where]),
    [[header, 'm.onnx: part 1 of the graph, initializer "w"']]
  )
})

t.test('strings, sparse tensors and what subgraphs hold stay in the graph', async t => {
  const strings = field(5, integer(2, 8), field(8, 's'), field(6, 'text'))
  const sparse = field(15, field(1, integer(2, 1), field(8, 'v'), field(9, 'abcd')))
  const loop = field(1, field(4, 'Loop'), field(5, field(6, initializer(field(9, 'abcd')))))
  const { graph, tensors } = walk(model(strings, sparse, loop))
  t.equal(tensors.length, 0)
  t.equal(graph.parts.length, 1)
  t.equal(Buffer.compare(graph.parts[0] as Uint8Array, Buffer.concat([strings, sparse, loop])), 0)
})

t.test('walkModel() refuses files that are no model', async t => {
  t.throws(() => walk(new Uint8Array(0)), malformed(/m.onnx: has no graph/))
  t.throws(() => walk(Buffer.from('PK\u0003\u0004 a zip file')), malformed(/^m.onnx: /))
  t.throws(() => walk(Buffer.concat([model(), model()])), malformed(/m.onnx: has two graphs/))
  t.throws(() => walk(integer(7, 1)), malformed(/m.onnx, graph: wire type 0 does not fit/))
  t.throws(() => walk(field(7, integer(5, 1))), malformed(/graph, initializer: wire type 0/))
  t.throws(() => walk(field(7, Buffer.from([42, 9]))), malformed(/field 5 takes 9 bytes, 0 are/))
})

t.test('walkModel() refuses initializers of one name, and names it', async t => {
  const twice = model(initializer(field(9, 'abcd')), initializer(field(9, 'abcd')))
  t.throws(() => walk(twice), malformed(/part 1 of the graph, initializer "w": comes twice/))
})

t.test('walkModel() refuses training, and tensors elsewhere that are no initializers', async t => {
  t.throws(() => walk(Buffer.concat([model(), field(20, '')])), unsupported(/has trainingInfo/))
  const constant = field(1, field(5, field(5, away)))
  t.throws(() => walk(model(constant)), unsupported(/part 0 of the graph, node: a tensor that is/))
  const sparse = field(15, field(1, away))
  t.throws(() => walk(model(sparse)), unsupported(/sparseInitializer: a tensor that is/))
  const functions = field(25, field(7, field(5, field(5, away))))
  t.throws(() => walk(Buffer.concat([model(), functions])), unsupported(/m.onnx: a tensor/))
})
