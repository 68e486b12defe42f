import t from 'tap'
import { MAX_NESTING } from '../src/index.ts'
import { checkNestedTensors } from '../src/nested-tensors.ts'
import { field, integer } from './fixtures.ts'

const inside = Buffer.concat([integer(2, 1), integer(14, 0), field(9, 'data')])
const outside = Buffer.concat([integer(2, 1), field(13, field(1, 'location'), field(2, 'f'))])

/** A node with an attribute of these fields. */
const node = (...attribute: Uint8Array[]) => field(5, ...attribute)

t.test('tensors that are all there pass, wherever they lie', async t => {
  t.doesNotThrow(() => checkNestedTensors(node(field(5, inside)), 'node', 'x'))
  t.doesNotThrow(() => checkNestedTensors(node(field(6, field(5, inside))), 'node', 'x'))
  t.doesNotThrow(() => checkNestedTensors(field(99, outside), 'node', 'x'), 'fields of the future')
})

t.test('a tensor in another file is refused, wherever it lies', async t => {
  const refused = { code: 'ONNX_UNSUPPORTED', message: /x: a tensor that is no initializer/ }
  const attributes = [
    field(5, outside),
    field(10, inside, outside),
    field(6, field(5, outside)),
    field(11, field(1, node(field(5, outside)))),
    field(22, field(1, outside)),
    field(23, field(2, integer(14, 1))),
    field(5, integer(14, 2)),
    field(5, field(14, ''))
  ]
  for (const attribute of attributes) {
    t.throws(() => checkNestedTensors(node(attribute), 'node', 'x'), refused)
    t.throws(() => checkNestedTensors(field(7, node(attribute)), 'function', 'x'), refused)
    t.throws(() => checkNestedTensors(field(11, attribute), 'function', 'x'), refused)
  }
  t.throws(() => checkNestedTensors(field(1, outside), 'sparse', 'x'), refused)
})

t.test('other encodings of messages are refused', async t => {
  const malformed = { code: 'ONNX_MALFORMED', message: /field 5 of a node has wire type 0/ }
  t.throws(() => checkNestedTensors(integer(5, 1), 'node', 'x'), malformed)
  t.throws(() => checkNestedTensors(field(5, 'a'), 'node', 'x'), { code: 'ONNX_MALFORMED' })
})

t.test('subgraphs in one another stop at the limit', async t => {
  const nest = (levels: number) => {
    let bytes: Uint8Array = node(field(5, inside))
    for (let i = 0; i < levels; i++) bytes = node(field(6, field(1, bytes)))
    return bytes
  }
  // A subgraph takes three messages: the node's attribute, the graph and its node.
  const most = Math.floor((MAX_NESTING - 2) / 3)
  t.doesNotThrow(() => checkNestedTensors(nest(most), 'node', 'x'))
  const limit = { code: 'ONNX_LIMIT', message: /more than 100 messages in one another/ }
  t.throws(() => checkNestedTensors(nest(most + 1), 'node', 'x'), limit)
  t.throws(() => checkNestedTensors(nest(3000), 'node', 'x'), limit)
})
