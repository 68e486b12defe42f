import t from 'tap'
import { Budget } from '../src/budget.ts'
import { MAX_GRAPH_BYTES, MAX_GRAPH_PARTS } from '../src/index.ts'
import { readBuffer } from '../src/reading.ts'
import { walkTensor } from '../src/walk-tensor.ts'
import { Window } from '../src/window.ts'
import { field, integer } from './fixtures.ts'

const head = Buffer.concat([integer(1, 3), integer(2, 1), field(8, 'w')])

function walk(budget: Budget, ...fields: Uint8Array[]) {
  const bytes = Buffer.concat(fields)
  const message = { id: 5, wire: 2, start: 0, from: 0, to: bytes.length }
  return readBuffer(bytes, walkTensor(new Window(bytes.length), message, 'x', budget))
}

t.test('walkTensor() finds the data among the other fields and joins these', async t => {
  const raw = field(9, Buffer.alloc(100_000))
  const tensor = walk(new Budget(), head.subarray(0, 2), raw, head.subarray(2), field(12, 'doc'))
  t.match(tensor, { header: { name: 'w', shape: [3] }, where: 'x "w"' })
  t.equal(Buffer.from(tensor!.header.kept).compare(field(12, 'doc')), 0)
  t.match(tensor!.data, [{ id: 9, wire: 2, to: 2 + raw.length, from: 2 + raw.length - 100_000 }])
})

t.test('walkTensor() finds typed fields of every kind, in order', async t => {
  const typed = [4, 5, 7, 10, 11].map(id => field(id, 'x'))
  const tensor = walk(new Budget(), head, ...typed)
  t.same(
    tensor!.data.map(({ id }) => id),
    [4, 5, 7, 10, 11]
  )
})

t.test('walkTensor() leaves tensors of strings to the graph', async t => {
  const strings = [integer(2, 8), field(8, 'w'), field(6, 'text')]
  const budget = new Budget()
  budget.countBytes(MAX_GRAPH_BYTES - Buffer.concat(strings).length, 'x')
  for (let i = 0; i < 2; i++) t.equal(walk(budget, ...strings), undefined, 'not counted yet')
})

t.test('walkTensor() counts what it keeps before it reads it', async t => {
  const budget = new Budget()
  budget.countBytes(MAX_GRAPH_BYTES - head.length, 'x')
  t.ok(walk(budget, head, field(9, 'much data')))
  t.throws(() => walk(budget, field(12, 'd')), { code: 'ONNX_LIMIT' })
  const parts = new Budget()
  for (let i = 0; i < MAX_GRAPH_PARTS; i++) parts.countPart('x')
  t.ok(walk(parts, head, integer(5, 1)))
  t.throws(() => walk(parts, head, integer(5, 1), integer(5, 1)), { code: 'ONNX_LIMIT' })
})
