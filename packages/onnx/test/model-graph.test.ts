import t from 'tap'
import { MAX_GRAPH_BYTES } from '../src/index.ts'
import { checkGraphSize, encodeGraph, frameModel, type ModelGraph } from '../src/model-graph.ts'
import { readTensorHeader, type TensorHeader } from '../src/tensor-header.ts'
import { externalData, field, integer } from './fixtures.ts'

const header = (name: string, size: number, ...fields: Uint8Array[]): TensorHeader =>
  readTensorHeader(
    Buffer.concat([integer(1, size), integer(2, 2), field(8, name), ...fields]),
    'x'
  )!
const start = (name: string, size: number) =>
  Buffer.concat([integer(1, size), integer(2, 2), field(8, name)])

const graph: ModelGraph = {
  head: integer(1, 9),
  parts: [
    field(2, 'g'),
    header('a', 3),
    header('b', 0),
    field(12, 'o'),
    header('c', 2, integer(14, 1))
  ],
  tail: field(8, 'opset')
}

/** The file with these bytes where initializers belong. */
function fill({ fixed, positions, sizeBytes }: ReturnType<typeof frameModel>, bytes: Buffer[]) {
  const file = Buffer.alloc(sizeBytes)
  for (const { position, bytes } of fixed) file.set(bytes, position)
  for (const [i, position] of [...positions.values()].entries()) file.set(bytes[i]!, position)
  return file
}

t.test('frameModel() leaves room for the bytes of initializers, and none for no bytes', async t => {
  const framed = frameModel(graph, () => ({ kind: 'inline' }))
  t.same([...framed.positions.keys()], ['a', 'c'])
  t.same(
    fill(framed, [Buffer.from('abc'), Buffer.from('de')]),
    Buffer.concat([
      integer(1, 9),
      field(
        7,
        field(2, 'g'),
        field(5, start('a', 3), field(9, 'abc')),
        field(5, start('b', 0)),
        field(12, 'o'),
        field(5, start('c', 2), field(9, 'de'))
      ),
      field(8, 'opset')
    ])
  )
})

t.test('frameModel() names the place of bytes in another file', async t => {
  const placed: string[] = []
  const framed = frameModel(graph, ({ name }) => {
    placed.push(name)
    return { kind: 'external', location: 'f', offset: 4096 }
  })
  t.same(placed, ['a', 'b', 'c'])
  t.equal(framed.positions.size, 0)
  const place = (length: string) => externalData({ location: 'f', offset: '4096', length })
  const file = fill(framed, [])
  t.ok(file.includes(Buffer.from(field(5, start('a', 3), place('3')))))
  t.ok(file.includes(Buffer.from(field(5, start('b', 0)))), 'no bytes have no place')
  t.ok(file.includes(Buffer.from(field(5, start('c', 2), place('2')))))
})

t.test('frameModel() takes sizes that no buffer could have', async t => {
  const large = { ...header('a', 1), shape: [2 ** 40], sizeBytes: 2 ** 40 }
  const framed = frameModel({ ...graph, parts: [large, large] }, () => ({ kind: 'inline' }))
  t.ok(framed.sizeBytes > 2 ** 41)
})

t.test('encodeGraph() keeps whether bytes lie elsewhere, not where, and no bytes', async t => {
  t.same(
    Buffer.from(encodeGraph(graph)),
    Buffer.concat([
      integer(1, 9),
      field(
        7,
        field(2, 'g'),
        field(5, start('a', 3)),
        field(5, start('b', 0)),
        field(12, 'o'),
        field(5, start('c', 2), integer(14, 1))
      ),
      field(8, 'opset')
    ])
  )
})

t.test('checkGraphSize() refuses the first byte past the limit', async t => {
  checkGraphSize('x', new Uint8Array(MAX_GRAPH_BYTES))
  t.throws(() => checkGraphSize('x', new Uint8Array(MAX_GRAPH_BYTES + 1)), {
    code: 'ONNX_LIMIT',
    message: /x: the graph takes 67108865 bytes, at most 67108864/
  })
})
