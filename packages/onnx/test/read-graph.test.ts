import t, { type Test } from 'tap'
import { MAX_DIMENSIONS, MAX_ELEMENTS, MAX_GRAPH_PARTS } from '../src/index.ts'
import { readGraph } from '../src/read-graph.ts'
import { field, integer } from './fixtures.ts'

const graph = (...fields: Uint8Array[]) => Buffer.concat(fields)
const tensor = (...fields: Uint8Array[]) => graph(field(5, field(8, 'w'), ...fields))
const node = (...fields: Uint8Array[]) => graph(field(1, field(4, 'Op'), ...fields))
const input = (...fields: Uint8Array[]) => graph(field(11, field(1, 'x'), ...fields))
const repeat = (count: number, part: Uint8Array) => Buffer.concat(Array(count).fill(part))

function refuses(t: Test, code: string, cases: [Uint8Array, RegExp][]): void {
  for (const [bytes, message] of cases) {
    t.throws(() => readGraph(bytes), { code, message }, `${message}`)
  }
}

t.test('readGraph() gives an empty graph for no bytes', async t => {
  t.same(readGraph(graph()), { name: '', inputs: [], outputs: [], nodes: [], initializers: [] })
})

t.test('readGraph() refuses by name what it does not read', async t => {
  refuses(t, 'ONNX_UNSUPPORTED', [
    [graph(field(15, '')), /graph: has sparseInitializer/],
    [tensor(field(13, '')), /initializer 0: has externalData/],
    [tensor(field(4, '')), /initializer 0: has floatData/],
    [tensor(integer(2, 1), integer(14, 1)), /initializer 0 w: its data lie in another file/],
    [tensor(integer(2, 8)), /initializer 0 w: element type 8/],
    [node(field(5, field(1, 'body'), field(6, ''))), /node 0, attribute: has graph/],
    [node(field(5, field(1, 'value'), integer(20, 4))), /attribute value: attribute type 4/],
    [node(field(7, 'com.microsoft')), /node 0: operators of the domain com.microsoft/],
    [input(field(2, field(4, ''))), /input 0 x: has sequenceType/]
  ])
})

t.test('readGraph() refuses messages that lack a part', async t => {
  refuses(t, 'ONNX_MALFORMED', [
    [graph(field(1, field(1, 'x'))), /node 0, opType: is missing/],
    [node(field(5, field(1, 'axis'), integer(20, 2))), /attribute axis: is missing/],
    [input(), /input 0 x, type: is missing/],
    [input(field(2, field(1, integer(1, 1)))), /input 0 x, shape: is missing/],
    [graph(field(12, field(2, ''))), /output 0, name: is missing/],
    [tensor(), /initializer 0 w, dataType: is missing/]
  ])
})

t.test('readGraph() stops at its limits', async t => {
  refuses(t, 'ONNX_LIMIT', [
    [graph(repeat(MAX_GRAPH_PARTS + 1, field(13, ''))), /graph: more than 200000 values/],
    [node(repeat(MAX_ELEMENTS + 1, field(1, ''))), /node 0: more than 65536 values/],
    [tensor(repeat(MAX_DIMENSIONS + 1, integer(1, 1))), /initializer 0 w: more than 32 dimensions/],
    [
      input(field(2, field(1, integer(1, 1), field(2, repeat(MAX_DIMENSIONS + 1, field(1, '')))))),
      /input 0 x: more than 32 values/
    ]
  ])
})
